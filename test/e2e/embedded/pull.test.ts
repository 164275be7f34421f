import { once as event } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEventBus } from "../../../src/embedded/events.ts";
import { nowNs } from "../../../src/embedded/host/clock.ts";
import { createImages } from "../../../src/embedded/images/create-images.ts";
import { openLayerStore } from "../../../src/embedded/images/layers/layer-store.ts";
import type { Images } from "../../../src/embedded/images/images.ts";
import { type Answer, callRoute } from "../../support/call-route.ts";
import { digestOf, layerOf } from "../../support/saved-image.ts";

let home: string;
let images: Images;
let server: Server;
let host: string;
/** What the registry has, by path below `/v2/acme/web/`. */
let files: Map<string, { readonly bytes: Buffer; readonly type: string }>;
/** What a client has to say, if anything. */
let token: string | undefined;
let asked: string[];
let credentials: (string | undefined)[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "tscompose-pull-"));
  images = await createImages({
    folder: join(home, "images"),
    configFolder: join(home, "config"),
    registryOptions: { pause: async () => {} },
    architecture: "amd64",
    bus: createEventBus(nowNs),
    nowNs,
    users: () => [],
  });
  files = new Map();
  token = undefined;
  [asked, credentials] = [[], []];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "", `http://${host}`);
    asked.push(url.pathname);
    credentials.push(request.headers.authorization);
    if (url.pathname === "/token" && request.method === "POST") {
      request.setEncoding("utf8").once("data", (form: string) => {
        const isKnown = new URLSearchParams(form).get("refresh_token") === "long-lived";
        response.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ access_token: token }));
      });
      return;
    }
    if (url.pathname === "/token") {
      const isAllowed = request.headers.authorization === `Basic ${Buffer.from("me:secret").toString("base64")}`;
      response.writeHead(isAllowed ? 200 : 401).end(JSON.stringify({ token }));
      return;
    }
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      const challenge = `Bearer realm="http://${host}/token",service="here",scope="repository:acme/web:pull"`;
      response.writeHead(401, { "WWW-Authenticate": challenge }).end();
      return;
    }
    const file = files.get(url.pathname.replace("/v2/acme/web/", ""));
    if (file === undefined)
      response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
    else response.writeHead(200, { "Content-Type": file.type }).end(file.bytes);
  }).listen(0, "127.0.0.1");
  await event(server, "listening");
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

const pull = (name: string, auth?: object): Promise<Answer> => {
  const header = auth === undefined ? undefined : Buffer.from(JSON.stringify(auth)).toString("base64url");
  const query = `fromImage=${encodeURIComponent(`${host}/acme/web`)}&tag=${encodeURIComponent(name)}`;
  return callRoute(
    images.routes,
    `POST /images/create?${query}`,
    undefined,
    header === undefined ? {} : { "x-registry-auth": header },
  );
};
const stored = async (): Promise<string[]> =>
  (await readdir(join(home, "images", "layers"))).filter((name) => /^[0-9a-f]+$/.test(name));
const lastLine = (answer: Answer): unknown => JSON.parse(answer.bytes.toString().trim().split("\r\n").at(-1) ?? "");

function have(
  path: string,
  bytes: Buffer | string,
  type = "application/octet-stream",
): { digest: string; size: number; mediaType: string } {
  files.set(path, { bytes: Buffer.from(bytes), type });
  return { digest: digestOf(Buffer.from(bytes)), size: bytes.length, mediaType: type };
}

/** Puts an image of two layers there, under an index of platforms; gives the index's digest. */
async function publish(
  tag: string,
  spoil: { readonly layer?: Buffer; readonly diffId?: string } = {},
): Promise<string> {
  const layers = [
    await layerOf([{ name: "a", text: "1" }], (bytes) => gzipSync(bytes)),
    await layerOf([{ name: "b", text: "2" }], (bytes) => gzipSync(bytes)),
  ];
  const diffIds = layers.map(({ diffId }, index) => (index === 0 ? (spoil.diffId ?? diffId) : diffId));
  const config = JSON.stringify({
    os: "linux",
    architecture: "amd64",
    config: { Cmd: ["x"] },
    rootfs: { type: "layers", diff_ids: diffIds },
  });
  const blob = (bytes: Buffer | string): object => {
    const digest = digestOf(bytes);
    return have(`blobs/${digest}`, bytes);
  };
  const descriptors = layers.map(({ stored: bytes }) => blob(bytes));
  if (spoil.layer !== undefined)
    files.set(`blobs/${digestOf(layers[0]?.stored ?? "")}`, { bytes: spoil.layer, type: "" });
  const manifest = JSON.stringify({ schemaVersion: 2, config: blob(config), layers: descriptors });
  const type = "application/vnd.oci.image.manifest.v1+json";
  const own = have(`manifests/${digestOf(manifest)}`, manifest, type);
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      { ...own, digest: `sha256:${"0".repeat(64)}`, platform: { os: "linux", architecture: "s390x" } },
      { ...own, platform: { os: "linux", architecture: "amd64" } },
    ],
  });
  have(`manifests/${tag}`, index, "application/vnd.oci.image.index.v1+json");
  have(`manifests/${digestOf(index)}`, index, "application/vnd.oci.image.index.v1+json");
  return digestOf(index);
}

describe("pulling", () => {
  test("brings the image of this platform, by tag and by digest, each layer once", async () => {
    const digest = await publish("1");
    const answer = await pull("1");
    expect(answer.status).toBe(200);
    expect(lastLine(answer)).toEqual({ status: `Status: Downloaded newer image for ${host}/acme/web:1` });
    expect(await images.find(`${host}/acme/web:1`)).toMatchObject({ config: { Cmd: ["x"] } });
    expect(await images.find(`${host}/acme/web@${digest}`)).toBeDefined();
    asked = [];
    expect(lastLine(await pull(digest))).toEqual({
      status: `Status: Image is up to date for ${host}/acme/web@${digest}`,
    });
    expect(asked.filter((path) => path.includes("/blobs/"))).toHaveLength(1);
    expect(await stored()).toHaveLength(2);
  });

  test("asks for a token with the credentials it was given, and tells them nobody", async () => {
    await publish("1");
    token = "let-me-in";
    const refused = await pull("1");
    expect(refused).toMatchObject({ status: 404 });
    expect(refused.bytes.toString()).toContain(`pull access denied for ${host}/acme/web, repository`);
    const wrong = await pull("1", { username: "me", password: "wrong-password" });
    expect(wrong.status).toBe(404);
    expect(wrong.bytes.toString()).not.toContain("wrong-password");
    expect((await pull("1", { username: "me", password: "secret" })).status).toBe(200);
  });

  test("takes an identity token in place of a password", async () => {
    await publish("1");
    token = "let-me-in";
    expect((await pull("1", { identitytoken: "expired" })).status).toBe(404);
    expect((await pull("1", { identitytoken: "long-lived" })).status).toBe(200);
    expect((await pull("1", { registrytoken: "let-me-in" })).status).toBe(200);
  });

  test("brings a layer once for all who want it", async () => {
    await publish("1");
    const answers = await Promise.all(Array.from({ length: 4 }, () => pull("1")));
    for (const answer of answers)
      expect(lastLine(answer)).toMatchObject({ status: expect.stringContaining("Status") as string });
    const layers = asked.filter((path) => path.includes("/blobs/"));
    // Two layers once each; the configuration, small as it is, for each.
    expect(layers).toHaveLength(2 + 4);
  });

  test.each([
    ["zstd", zstdCompressSync],
    ["no compression", (bytes: Buffer) => bytes],
  ])("unpacks layers of %s, in a manifest of Docker's", async (_name, pack) => {
    const layer = await layerOf([{ name: "a", text: "1" }], pack);
    const config = JSON.stringify({ os: "linux", rootfs: { type: "layers", diff_ids: [layer.diffId] } });
    const blob = (bytes: Buffer | string): object => have(`blobs/${digestOf(bytes)}`, bytes);
    const type = "application/vnd.docker.distribution.manifest.v2+json";
    have("manifests/1", JSON.stringify({ schemaVersion: 2, config: blob(config), layers: [blob(layer.stored)] }), type);
    expect(lastLine(await pull("1"))).toMatchObject({ status: expect.stringMatching(/^Status: Downloaded/) as string });
  });

  test("asks mirrors before Docker Hub, and tells them no secret", async () => {
    await publish("1");
    await mkdir(join(home, "config"));
    await writeFile(join(home, "config", "engine.json"), JSON.stringify({ "registry-mirrors": [`http://${host}`] }));
    const auth = { "x-registry-auth": Buffer.from('{"username":"me","password":"secret"}').toString("base64url") };
    const answer = await callRoute(images.routes, "POST /images/create?fromImage=acme/web&tag=1", undefined, auth);
    expect(lastLine(answer)).toEqual({ status: "Status: Downloaded newer image for acme/web:1" });
    expect(credentials.filter((each) => each !== undefined)).toEqual([]);
  });

  test("says what is not there", async () => {
    expect(await pull("none")).toMatchObject({ status: 404 });
    expect((await pull("none")).bytes.toString()).toContain(
      `manifest for ${host}/acme/web:none not found: manifest unknown`,
    );
    server.closeAllConnections();
    server.close();
    expect((await pull("1")).bytes.toString()).toMatch(/connection refused/);
    const discard = await callRoute(images.routes, "POST /images/create?fromImage=localhost:9/none&tag=1");
    expect(discard.bytes.toString()).toMatch(/localhost:9.*refused/);
  });

  const hostile: Record<string, () => Promise<void>> = {
    "a layer of another digest": async () => void (await publish("1", { layer: gzipSync("other") })),
    "a layer that is cut off": async () => {
      const layer = await layerOf([{ name: "a", text: "1" }], (bytes) => gzipSync(bytes));
      await publish("1", { layer: layer.stored.subarray(0, 40) });
    },
    "a layer with something behind it": async () => {
      const layer = await layerOf([{ name: "a", text: "1" }], (bytes) => gzipSync(bytes));
      await publish("1", { layer: Buffer.concat([layer.stored, gzipSync(Buffer.alloc(0))]) });
    },
    "a configuration that promises other layers": async () => void (await publish("1", { diffId: digestOf("x") })),
    "a manifest of another digest": async () => {
      const digest = await publish("2");
      const index = JSON.parse(files.get(`manifests/${digest}`)?.bytes.toString() ?? "") as {
        manifests: { digest: string }[];
      };
      const inner = index.manifests[1]?.digest ?? "";
      const wrong = `sha256:${"1".repeat(64)}`;
      files.set(`manifests/${wrong}`, files.get(`manifests/${inner}`) ?? { bytes: Buffer.alloc(0), type: "" });
      const text = files.get(`manifests/${digest}`)?.bytes.toString().replace(inner, wrong) ?? "";
      have("manifests/1", text, "application/vnd.oci.image.index.v1+json");
    },
    "a manifest that is no JSON": async () =>
      void have("manifests/1", "<html>", "application/vnd.oci.image.manifest.v1+json"),
    "a manifest of another schema": async () =>
      void have("manifests/1", '{"schemaVersion":1,"fsLayers":[]}', "application/json"),
    "a manifest without end": async () => void have("manifests/1", Buffer.alloc(5_000_000, " "), "application/json"),
    "no manifest for this platform": async () =>
      void have("manifests/1", '{"manifests":[]}', "application/vnd.oci.image.index.v1+json"),
  };

  test.each(Object.keys(hostile))("refuses %s and keeps nothing", async (key) => {
    await hostile[key]?.();
    const answer = await pull("1");
    const line = lastLine(answer) as { error?: string; message?: string };
    expect(line.error ?? line.message).toBeTypeOf("string");
    expect(await images.find(`${host}/acme/web:1`)).toBeUndefined();
    expect(await stored()).toEqual([]);
    expect(await readdir(join(home, "images", "tmp"))).toEqual([]);
  });
});

describe("what is done at once", () => {
  const remove = (): Promise<Answer> => callRoute(images.routes, `DELETE /images/${host}/acme/web:1`);

  test("a layer that is brought again while it goes is whole, and is found when it is", async () => {
    const folder = join(home, "layers");
    const layers = await openLayerStore(folder);
    const { stored: archive, diffId } = await layerOf([{ name: "a", text: "1" }], (bytes) => bytes);
    const chunks = (): Readable => Readable.from([archive]);
    const first = await layers.add(chunks());
    let removing: Promise<void> | undefined;
    const again = layers.add(chunks(), { confirm: () => void (removing = layers.remove(first)) });
    const brought = await again;
    await removing;
    expect(layers.find(diffId)).toBe(brought);
    expect(await readFile(join(brought.folder, "a"), "utf8")).toBe("1");
    const read: Buffer[] = [];
    for await (const chunk of layers.read(brought)) read.push(chunk);
    expect(digestOf(Buffer.concat(read))).toBe(diffId);
    expect((await openLayerStore(folder)).find(diffId)).toEqual(brought);
  });

  test("layers of an image that is removed while something holds them go afterwards", async () => {
    await publish("1");
    await pull("1");
    const { promise, resolve } = Promise.withResolvers<void>();
    const holding = images.holding(() => promise);
    expect((await remove()).status).toBe(200);
    expect(await stored()).toHaveLength(2);
    resolve();
    await holding;
    expect(await stored()).toEqual([]);
  });

  test("a pull that cannot begin holds nothing", async () => {
    await publish("1");
    const settings = join(home, "config", "engine.json");
    await mkdir(join(home, "config"));
    await writeFile(settings, "{");
    expect((await pull("1")).status).toBe(400);
    await rm(settings);
    await pull("1");
    expect((await remove()).status).toBe(200);
    expect(await stored()).toEqual([]);
  });

  test("an image is removed before or after it is pulled again, never in between", async () => {
    await publish("1");
    await pull("1");
    for (let round = 0; round < 10; round += 1) {
      const [pulled, removed] = await Promise.all([pull("1"), remove()]);
      expect(lastLine(pulled)).toMatchObject({ status: expect.stringMatching(/^Status: /) as string });
      expect(removed.status).toBe(200);
      await pull("1");
      expect((await callRoute(images.routes, `GET /images/${host}/acme/web:1/get`)).status).toBe(200);
    }
  });
});
