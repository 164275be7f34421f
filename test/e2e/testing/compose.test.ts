import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compose, type ComposeOptions, StackStartError } from "../../../src/testing/index.ts";
import { EngineApi } from "../../support/engine-api.ts";
import { Holder } from "../../support/holder.ts";
import { TestProject } from "../../support/test-project.ts";

const file = `
services:
  cache:
    image: redis:7
    command: redis-server --requirepass secret
    ports: ["6379:6379"]
    healthcheck: { test: "redis-cli -a secret ping", interval: 100ms, retries: 50 }
  web:
    image: busybox
    command: sh -c 'hostname > /www/index.html; echo listening; exec httpd -f -h /www'
    container_name: \${COMPOSE_PROJECT_NAME}-the-web
    tmpfs: /www
    expose: [80]
    depends_on: { cache: { condition: service_healthy } }
    healthcheck: { test: "wget -q -O /dev/null http://127.0.0.1/", interval: 100ms, retries: 100 }
  env:
    image: busybox
    command: sleep infinity
  broken:
    image: busybox
    command: sh -c 'echo no such table >&2; exit 3'
    profiles: [broken]
    depends_on: { cache: { condition: service_healthy } }
    healthcheck: { test: "true" }
`;

const engine = new EngineApi();
let given: TestProject;

beforeAll(async () => {
  given = await TestProject.create({ "compose.yaml": file }, engine);
});

afterAll(() => given[Symbol.asyncDispose]());

const path = (): string => join(given.directory, "compose.yaml");

function options(more: ComposeOptions = {}): ComposeOptions {
  return { engine: engine.address, ...more, env: { COMPOSE_PROJECT_NAME: given.name, ...more.env } };
}

/** Names of containers, networks and volumes of all copies. */
async function left(): Promise<readonly string[]> {
  const isOurs = (name: string): boolean => name.includes(given.name);
  return [
    ...(await engine.containers()).flatMap(({ Names }) => Names),
    ...(await engine.networks()).map(({ Name }) => Name),
    ...(await engine.volumes()).map(({ Name }) => Name),
  ].filter(isOurs);
}

/** Speaks the protocol of Redis: sends a command, answers with the first line of the reply. */
async function ask(url: string, command: string): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    socket.write(`AUTH ${password}\r\n${command}\r\n`);
    let text = "";
    for await (const chunk of socket) {
      text += String(chunk);
      const [, reply] = text.split("\r\n");
      if (reply !== undefined && text.endsWith("\r\n")) return reply === "" ? text : reply;
    }
    return text;
  } finally {
    socket.destroy();
  }
}

describe("a stack of a test", () => {
  test("runs beside others of the same file, tells where it is, and is gone at the end of its scope", async () => {
    {
      await using one = await compose(path(), options());
      await using two = await compose(path(), options({ services: ["web"] }));
      expect(one.project).not.toBe(two.project);
      const [cache, web] = [one.services["cache"], one.services["web"]];
      expect(cache?.url()).toBe(`redis://:secret@127.0.0.1:${cache?.port(6379)}`);
      expect(await ask(cache?.url() ?? "", "PING")).toBe("+PONG");
      expect(web?.url()).toBe(`http://127.0.0.1:${web?.port(80)}`);
      const pages = await Promise.all([one, two].map(async ({ services }) => fetch(services["web"]?.url() ?? "")));
      const [first, second] = await Promise.all(pages.map((page) => page.text()));
      expect(first).not.toBe(second);
      expect(one.env).toMatchObject({
        COMPOSE_PROJECT_NAME: one.project,
        CACHE_PORT: String(cache?.port(6379)),
        CACHE_URL: cache?.url(),
        WEB_URL: web?.url(),
      });
      expect(Object.keys(two.services)).toEqual(["cache", "web"]);
      expect(() => web?.port(81)).toThrow('service "web" publishes no port 81/tcp');
    }
    expect(await left()).toEqual([]);
  });

  test("lets its services be looked into, frozen, stopped, killed and started", async () => {
    const folder = await mkdtemp(join(tmpdir(), "tscompose-testing-"));
    try {
      await using stack = await compose(path(), options());
      const { cache, web, env } = stack.services;
      if (cache === undefined || web === undefined || env === undefined) throw new Error("services are missing");
      expect((await web.waitForLog("listening")).line).toBe("listening");
      expect(await env.exec(["sh", "-c", "cat; exit 3"], { input: "in" })).toMatchObject({ exitCode: 3, stdout: "in" });
      expect(await env.run(["echo", "alone"])).toMatchObject({ exitCode: 0, stdout: "alone\n" });

      await writeFile(join(folder, "page"), "copied");
      await env.copyTo(join(folder, "page"), "/tmp/page");
      await env.copyFrom("/tmp/page", join(folder, "back"));
      expect(await readFile(join(folder, "back"), "utf8")).toBe("copied");

      await cache.exec(["redis-cli", "-a", "secret", "set", "a", "1"]);
      await cache.restart();
      expect(await ask(cache.url(), "PING")).toBe("+PONG");
      await cache.kill();
      expect(() => cache.url()).toThrow('service "cache" does not run');
      await cache.start();
      expect(await ask(cache.url(), "PING")).toBe("+PONG");
      await cache.pause();
      await cache.unpause();
      await web.stop();
      await expect(fetch(`http://127.0.0.1:${stack.env["WEB_PORT"]}`)).rejects.toThrow();
      // A service is found by its name, unless the stack has something of that name itself.
      expect(stack["web"]).toBe(web);
      expect(stack.env).not.toBe(env);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(await left()).toEqual([]);
  });

  test.each([{ shared: false }, { shared: true }])("makes containers anew as .env says: %o", async (how) => {
    const { Os, Arch } = (await engine.get("/version")) as { readonly Os: string; readonly Arch: string };
    await given.write({
      "keeper/compose.yaml": `services: { keeper: { build: ., init: true, volumes: ["/data"] } }`,
      "keeper/Dockerfile": "FROM busybox\nCMD sleep infinity\n",
      "keeper/.env": `DOCKER_DEFAULT_PLATFORM=${Os}/${Arch}\n`,
    });
    await using stack = await compose(join(given.directory, "keeper/compose.yaml"), options(how));
    const madeAs = async (): Promise<string | undefined> => {
      const [row] = await engine.containers({ label: [`com.docker.compose.project=${stack.project}`] });
      return row?.Labels["com.docker.compose.config-hash"];
    };
    const before = await madeAs();
    await using kept = await stack.snapshot();
    await stack.restore(kept);
    expect(await madeAs()).toBe(before);
  });

  test("builds one image, however many copies there were", async () => {
    await given.write({
      "built/compose.yaml": "services: { built: { build: ., stop_signal: KILL } }",
      "built/Dockerfile": "FROM busybox\nRUN date > /built\nCMD sleep infinity\n",
    });
    const images = async (): Promise<readonly string[]> => {
      await using _ = await compose(join(given.directory, "built/compose.yaml"), options());
      return (
        await engine.images({ label: [`com.docker.compose.project=${given.name}`, "com.docker.compose.service=built"] })
      ).map(({ Id }) => Id);
    };
    const first = await images();
    expect(first).toHaveLength(1);
    expect(await images()).toEqual(first);
  });

  test("that does not start says why, with its logs, and leaves nothing", async () => {
    const starting = compose(path(), options({ profiles: ["broken"] }));
    const error = await starting.then(() => undefined).catch((thrown: unknown) => thrown);
    if (!(error instanceof StackStartError)) throw error;
    expect(error.message).toContain("broken-1 exited (3)");
    expect(error.message).toContain("broken-1 | no such table");
    expect(error.failures[0]?.trouble).toMatchObject({ service: "broken", exitCode: 3 });
    expect(error.logs.map(({ service }) => service)).toContain("cache");
    expect(await left()).toEqual([]);
  });

  test("tells all mistakes of its file with their places", async () => {
    await given.write({ "wrong.yaml": "services:\n  web:\n    imagee: nginx\n" });
    const starting = compose(join(given.directory, "wrong.yaml"), options());
    await expect(starting).rejects.toThrow(/wrong\.yaml:3:5 services\.web\.imagee: unknown key/);
  });

  test("is not left behind when its start is given up", async () => {
    const controller = new AbortController();
    const onEvent: ComposeOptions["onEvent"] = (event) => {
      if (event.kind === "step-succeeded" && event.step.operation === "start-container") controller.abort();
    };
    const starting = compose(path(), options({ signal: controller.signal, onEvent }));
    await expect(starting).rejects.toMatchObject({ code: "interrupted" });
    expect(await left()).toEqual([]);
  });

  test("is taken down when the process that has it dies", async () => {
    await using changes = await engine.events();
    await using holder = new Holder(path(), options({ services: ["cache"] }));
    const { project } = await holder.held();
    expect((await left()).some((name) => name.includes(project))).toBe(true);
    await holder.kill();
    const deadline = AbortSignal.timeout(60_000);
    while ((await left()).length > 0) expect(await changes.next(deadline)).toBe(true);
  });
});
