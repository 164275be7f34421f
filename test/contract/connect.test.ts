import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectSocket, createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Engine } from "../../src/engine/engine.ts";
import { openEngine } from "../../src/open-engine.ts";
import { createDockerContext } from "../support/docker-context.ts";
import { ensureImages, testEngines } from "../support/engines.ts";
import { makeKeys } from "../support/tls.ts";
import { gather, image } from "./sandbox.ts";

const engines = testEngines(inject("embeddedEngine")).filter(({ address }) => address.startsWith("unix://"));

describe.each(engines)("ways to $name", (testEngine) => {
  const { address } = testEngine;
  const socket = address.slice("unix://".length);
  let home: string;
  const servers: Server[] = [];
  const path = process.env["PATH"] ?? "";
  let keys: ReturnType<typeof makeKeys>;
  let tcp: string;
  let tls: string;

  beforeAll(async () => {
    ensureImages(testEngine, "busybox");
    home = mkdtempSync(join(tmpdir(), "tscompose-connect-"));
    keys = makeKeys(home);
    const pipe = (from: NodeJS.ReadWriteStream): void => {
      const to = connectSocket({ path: socket, allowHalfOpen: true });
      from.pipe(to).pipe(from);
      from.on("error", () => to.destroy());
      to.on("error", () => from.end());
    };
    const pem = (file: string): Buffer => readFileSync(join(keys.server, file));
    const secrets = { ca: pem("ca.pem"), cert: pem("cert.pem"), key: pem("key.pem") };
    servers.push(createServer({ allowHalfOpen: true }, pipe));
    servers.push(
      createTlsServer({ ...secrets, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true }, pipe),
    );
    [tcp = "", tls = ""] = await Promise.all(servers.map(listen));
    writeFileSync(join(home, "ssh"), fakeSsh(socket));
    chmodSync(join(home, "ssh"), 0o755);
  });
  afterAll(() => {
    for (const server of servers) server.close();
    rmSync(home, { recursive: true });
  });

  const open = async (environment: Record<string, string>): Promise<Engine> =>
    (await openEngine({ environment: { PATH: path, ...environment }, homeDirectory: home })).engine;
  const overTls = (folder: string): Record<string, string> => ({
    DOCKER_HOST: `tcp://${tls}`,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: folder,
  });

  test.each([
    { way: "a socket by its path", environment: () => ({ TSCOMPOSE_ENGINE: socket }) },
    { way: "DOCKER_HOST with a socket", environment: () => ({ DOCKER_HOST: address }) },
    { way: "plain TCP", environment: () => ({ DOCKER_HOST: `tcp://${tcp}` }) },
    { way: "TLS with keys on both sides", environment: () => overTls(keys.client) },
    { way: "ssh", environment: () => ({ DOCKER_HOST: "ssh://me@far.example:2222", PATH: `${home}:${path}` }) },
  ])("over $way, calls, streams and half-closed input work", async ({ environment }) => {
    await using engine = await open(environment());
    expect((await engine.version()).ApiVersion).toMatch(/^1\./);
    const body = { Image: image, OpenStdin: true, StdinOnce: true, AttachStdin: true, Entrypoint: ["/bin/sh", "-c"] };
    const script = ["cat; sleep 0.1; echo end >&2"];
    const name = `connect-${process.pid}-${servers.length}-${(count += 1)}`;
    const { id } = await engine.createContainer({ name, body: { ...body, Cmd: script } });
    try {
      await using joined = await engine.attach(id, { stdin: true, tty: false });
      const output = gather(joined.output);
      await engine.startContainer(id);
      await joined.write(Buffer.from("hello\n"));
      joined.endInput();
      expect(await output).toEqual({ stdout: "hello\n", stderr: "end\n" });
      expect(await engine.waitContainer(id)).toBe(0);
    } finally {
      await engine.removeContainer(id, { force: true, withVolumes: true });
    }
  });

  test.each([
    {
      when: "the engine's certificate is not of our authority",
      environment: () => overTls(keys.stranger),
      message: /certificate/i,
    },
    { when: "we have no key to show", environment: () => overTls(tmpdir()), message: /certificate/i },
    { when: "the engine wants TLS and we do not", environment: () => ({ DOCKER_HOST: `tcp://${tls}` }) },
    {
      when: "we want TLS and the engine does not",
      environment: () => ({ ...overTls(keys.client), DOCKER_HOST: `tcp://${tcp}` }),
    },
  ])("says what to check when $when", async ({ environment, message = /./ }) => {
    await expect(open(environment())).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(message),
      hint: expect.stringContaining("DOCKER_TLS_VERIFY"),
    });
  });

  test("passes on what ssh complains about", async () => {
    const environment = { DOCKER_HOST: "ssh://nowhere.example", PATH: `${home}:${path}` };
    await expect(open(environment)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("Could not resolve hostname nowhere.example"),
      hint: expect.stringContaining("docker system dial-stdio"),
    });
  });

  test("a Docker context leads to its engine, with its keys", async () => {
    createDockerContext(join(home, ".docker"), { name: "far", host: `tcp://${tls}`, keys: keys.client });
    await using engine = await open({ DOCKER_CONTEXT: "far" });
    expect((await engine.version()).ApiVersion).toMatch(/^1\./);
  });
});

let count = 0;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { address, port } = server.address() as AddressInfo;
  return `${address}:${port}`;
}

/** What `ssh … docker system dial-stdio` does, without the way in between. */
function fakeSsh(socket: string): string {
  return `#!${process.execPath}
const args = process.argv.slice(2).join(" ");
if (args.includes("nowhere.example")) {
  console.error("ssh: Could not resolve hostname nowhere.example: Name or service not known");
  process.exit(255);
}
if (!args.endsWith("-- me@far.example docker system dial-stdio") || !args.includes("-p 2222")) {
  console.error("unexpected arguments: " + args);
  process.exit(254);
}
const engine = require("node:net").connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true });
process.stdin.pipe(engine).pipe(process.stdout);
engine.on("close", () => process.exit(0));
`;
}
