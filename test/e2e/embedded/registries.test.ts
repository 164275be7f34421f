import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startCuttingProxy } from "../../support/cutting-proxy.ts";
import { type ImageRoomOfTest, type Line, openImageRoom } from "../../support/image-room.ts";
import { startRegistry, visitor } from "../../support/registry.ts";
import { dockerArchive, layerOf } from "../../support/saved-image.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { makeKeys } from "../../support/tls.ts";

/** Puts an image of these layers there, called `name`; gives its id. */
async function have(room: ImageRoomOfTest, name: string, contents: readonly Buffer[]): Promise<string | undefined> {
  const layers = await Promise.all(contents.map((bytes, index) => layerOf([{ name: `file-${index}`, bytes }])));
  await room.call("POST /images/load", { body: await dockerArchive([{ names: [name], layers }]) });
  return (await room.images.find(name))?.id;
}

const pull = (room: ImageRoomOfTest, name: string, auth?: object): Promise<readonly Line[]> => {
  const [, image = "", tag = ""] = /^(.*):(\w+)$/.exec(name) ?? [];
  return room.lines(`POST /images/create?fromImage=${encodeURIComponent(image)}&tag=${tag}`, auth);
};
const push = (room: ImageRoomOfTest, name: string, auth?: object): Promise<readonly Line[]> => {
  const [, image = "", tag = ""] = /^(.*):(\w+)$/.exec(name) ?? [];
  return room.lines(`POST /images/${image}/push?tag=${tag}`, auth);
};
const remove = (room: ImageRoomOfTest, name: string): Promise<unknown> => room.call(`DELETE /images/${name}?force=1`);
const troubleOf = (lines: readonly Line[]): string | undefined =>
  lines.map((line) => line.error ?? line.message).find((text) => text !== undefined);
const statuses = (lines: readonly Line[]): readonly (string | undefined)[] => lines.map(({ status }) => status);

const small = [Buffer.from("one"), Buffer.from("two"), Buffer.from("three")];

describe("a registry", () => {
  test("gives back what was pushed, and is not sent twice what it has", async () => {
    await using registry = await startRegistry();
    await using room = await openImageRoom();
    const [mine, other] = [`${registry.host}/acme/web:1`, `${registry.host}/beta/web:2`];
    const id = await have(room, mine, small);

    const first = await push(room, mine);
    expect(first[0]).toEqual({ status: `The push refers to repository [${registry.host}/acme/web]` });
    expect(statuses(first).filter((status) => status === "Pushed")).toHaveLength(3);
    expect(first.at(-1)).toMatchObject({ aux: { Tag: "1", Digest: expect.stringMatching(/^sha256:/) as string } });
    const again = await push(room, mine);
    expect(statuses(again).filter((status) => status === "Layer already exists")).toHaveLength(3);
    expect(again.at(-1)).toEqual(first.at(-1));

    await room.call(`POST /images/${mine}/tag?repo=${registry.host}/beta/web&tag=2`);
    const neighbour = await push(room, other);
    expect(statuses(neighbour).filter((status) => status?.startsWith("Mounted from"))).toHaveLength(3);

    for (const name of [mine, other]) await remove(room, name);
    expect(await room.leftovers()).toEqual([]);
    expect(troubleOf(await pull(room, other))).toBeUndefined();
    expect((await room.images.find(other))?.id).toBe(id);
    expect(await room.leftovers()).toHaveLength(3);
    const known = await room.call(`GET /distribution/${other}/json`);
    expect(known.json()).toMatchObject({
      Descriptor: { digest: (first.at(-1) as { aux?: { Digest: string } }).aux?.Digest },
      Platforms: [{ os: "linux", architecture: "amd64" }],
    });
    await using newcomer = await openImageRoom();
    await pull(newcomer, mine);
    await newcomer.call(`POST /images/${mine}/tag?repo=${registry.host}/acme/web&tag=9`);
    const pulled = await push(newcomer, `${registry.host}/acme/web:9`);
    expect(statuses(pulled).filter((status) => status === "Layer already exists")).toHaveLength(3);
  });

  test("lets in who is known to it, and nobody else", async () => {
    await using registry = await startRegistry({ isPrivate: true });
    await using room = await openImageRoom();
    const name = `${registry.host}/acme/web:1`;
    await have(room, name, small);
    const stranger = { ...visitor, password: "swordfish" };
    for (const auth of [undefined, stranger]) {
      expect(troubleOf(await push(room, name, auth))).toMatch(new RegExp(`denied.*${registry.host}/acme/web`));
      expect(troubleOf(await pull(room, name, auth))).toMatch(`pull access denied for ${registry.host}/acme/web`);
      expect((await room.call(`GET /distribution/${name}/json`, auth && { auth })).status).toBe(401);
    }
    const told = await room.call("POST /auth", { body: { ...stranger, serveraddress: registry.host } });
    expect(told.status).toBe(401);
    expect(told.bytes.toString()).not.toContain("swordfish");
    const welcome = await room.call("POST /auth", { body: { ...visitor, serveraddress: registry.host } });
    expect(welcome.json()).toEqual({ Status: "Login Succeeded" });
    expect(troubleOf(await push(room, name, visitor))).toBeUndefined();
    await remove(room, name);
    expect(troubleOf(await pull(room, name, visitor))).toBeUndefined();
  });

  test("is believed by its own authority, and knows the engine by its key", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tscompose-keys-"));
    await using _ = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const keys = makeKeys(folder);
    await using registry = await startRegistry({ keys: keys.server, clientAuthority: join(keys.server, "ca.pem") });
    await using room = await openImageRoom();
    const name = `${registry.host}/acme/web:1`;
    await have(room, name, small);
    expect(troubleOf(await push(room, name))).toContain(`${registry.host}/acme/web`);

    const place = join(room.config, "certs.d", registry.host);
    await mkdir(place, { recursive: true });
    await copyFile(join(keys.client, "cert.pem"), join(place, "client.cert"));
    expect(troubleOf(await push(room, name))).toContain("client.cert has no client.key beside it");
    await copyFile(join(keys.client, "key.pem"), join(place, "client.key"));
    await copyFile(join(keys.stranger, "ca.pem"), join(place, "ca.crt"));
    expect(troubleOf(await push(room, name))).toMatch(/certificate|authority|signature/i);
    await copyFile(join(keys.server, "ca.pem"), join(place, "ca.crt"));
    expect(troubleOf(await push(room, name))).toBeUndefined();
  });

  test("that breaks off at any byte costs patience, and never an image", async () => {
    await using registry = await startRegistry();
    await using origin = await openImageRoom();
    const contents = [randomBytes(300_000), randomBytes(100_000), Buffer.from("end")];
    const random = seededRandom(7);
    let calm = false;
    const limitOf = (): number => (calm ? Number.POSITIVE_INFINITY : 500 + Math.floor(random() * 150_000));
    await using proxy = await startCuttingProxy(registry.host, limitOf);
    const name = `${proxy.host}/acme/web:1`;
    const id = await have(origin, name, contents);

    // A push has to get through between two cuts, layer by layer: this registry cannot go on with half a blob.
    const outcomes: (string | undefined)[] = [];
    for (let turn = 0; turn < 2; turn += 1) outcomes.push(troubleOf(await push(origin, name)));
    for (const trouble of outcomes) expect(trouble ?? proxy.host).toContain(proxy.host);
    calm = true;
    expect(troubleOf(await push(origin, name))).toBeUndefined();
    calm = false;
    const before = proxy.cuts();
    for (let turn = 0; turn < 4; turn += 1) {
      await using room = await openImageRoom();
      const trouble = troubleOf(await pull(room, name));
      const found = await room.images.find(name);
      if (trouble === undefined) expect(found?.id).toBe(id);
      else expect([trouble, found, await room.leftovers()]).toEqual([expect.stringContaining(name), undefined, []]);
    }
    expect(proxy.cuts()).toBeGreaterThan(before);
  });
});

/** A server that answers every request so. */
async function startAnswering(
  answer: (server: Server) => string | undefined,
): Promise<AsyncDisposable & { host: string }> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      const text = answer(server);
      if (text !== undefined) socket.end(text);
    });
    closing.push(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  const closing: (() => void)[] = [];
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const close of closing) close();
      server.close();
      await once(server, "close");
    },
  };
}

const http = (status: string, headers = "", body = ""): string =>
  `HTTP/1.1 ${status}\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;

describe("a registry that will not", () => {
  test.each([
    { answers: "401 without a challenge", text: http("401 Unauthorized"), told: /authentication that is not known/ },
    {
      answers: "401 to what it asked for",
      text: http("401 Unauthorized", 'WWW-Authenticate: Basic realm="x"\r\n'),
      told: /no basic auth credentials/,
    },
    {
      answers: "403",
      text: http("403 Forbidden", "", '{"errors":[{"code":"DENIED","message":"not you"}]}'),
      told: /denied.*not you/,
    },
    { answers: "404", text: http("404 Not Found"), told: /manifest unknown/ },
    {
      answers: "429",
      text: http("429 Too Many Requests", "Retry-After: 7\r\n"),
      told: /429.*asked again in 7 s/,
      pauses: [7000, 7000, 7000],
    },
    {
      answers: "429 for an hour",
      text: http("429 Too Many Requests", "Retry-After: 3600\r\n"),
      told: /429.*asked again in 3600 s/,
    },
    {
      answers: "500",
      text: http("500 Internal Server Error", "", "<html>oops</html>"),
      told: /answers 500/,
      pauses: [500, 1000, 2000],
    },
    {
      answers: "a page for people",
      text: http("200 OK", "Content-Type: text/html\r\n", "<html>"),
      told: /manifest is no JSON/,
    },
    { answers: "no HTTP", text: "SSH-2.0-OpenSSH_9\r\n", told: /the answer is no HTTP/ },
    { answers: "nothing, and hangs up", text: "", told: /broke off|hang up/, pauses: [500, 1000, 2000] },
    { answers: "nothing at all", text: undefined, told: /no answer within 0.2 s/, patienceMs: 200 },
    {
      answers: "with a lead in circles",
      text: http("307 Temporary Redirect", "Location: /v2/acme/web/manifests/1\r\n"),
      told: /leads in circles/,
    },
  ])(
    "and answers $answers is told with the name of the image",
    async ({ text, told, pauses = [], patienceMs = 60_000 }) => {
      await using registry = await startAnswering(() => text);
      await using room = await openImageRoom({ patienceMs });
      const name = `${registry.host}/acme/web:1`;
      const trouble = troubleOf(await pull(room, name));
      expect(trouble).toMatch(told);
      expect(trouble).toContain(`${registry.host}/acme/web`);
      expect(room.pauses).toEqual(pauses);
      expect(await room.images.find(name)).toBeUndefined();
      await have(room, name, small);
      expect(troubleOf(await push(room, name))).toContain(`${registry.host}/acme/web`);
    },
  );

  test("is refused when engine.json says what nobody understands", async () => {
    await using room = await openImageRoom();
    await mkdir(room.config);
    for (const [text, told] of [
      ["{", "JSON"],
      ["[]", "expected a JSON object"],
      ['{"mirrors":[]}', 'unknown key "mirrors"'],
      ['{"registry-mirrors":["mirror"]}', '"mirror" is no URL'],
      ['{"insecure-registries":"x"}', "no list of texts"],
    ] as const) {
      await writeFile(join(room.config, "engine.json"), text);
      const answer = await room.call("POST /images/create?fromImage=x&tag=1");
      expect(answer.status).toBe(400);
      expect((answer.json() as { message: string }).message).toContain(told);
    }
  });
});
