// Faults as docs/testing.md has them; test/unit/docs.test.ts holds the page to it.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defineCompose } from "tscompose/define";
import { compose, type TestService } from "tscompose/testing";
import { EngineApi } from "../../support/engine-api.ts";
import { TestProject } from "../../support/test-project.ts";

const engine = new EngineApi();
let given: TestProject;

beforeAll(async () => {
  given = await TestProject.create({}, engine);
});

afterAll(() => given[Symbol.asyncDispose]());

const redis = { image: "redis:7", healthcheck: { test: "redis-cli ping", interval: "100ms", retries: 50 } } as const;
const two = { api: redis, db: redis } as const;

/** Whether one service gets an answer of another within so many seconds. */
async function reaches(from: TestService, to: string, patience = 60): Promise<boolean> {
  const { stdout } = await from.exec(["timeout", String(patience), "redis-cli", "-h", to, "ping"]);
  return stdout === "PONG\n";
}

/** So long is waited for what shall not come, in seconds. */
const unanswered = 1;

test("a link is cut alone, and whole again at the end of its scope", async () => {
  const shop = defineCompose({ name: given.name, services: { ...two, cache: redis } });
  await using stack = await compose(shop, { engine: engine.address });
  {
    await using _ = await stack.link("api", "db").cut(); // as if a cable were pulled: connections hang
    expect(await reaches(stack.api, "db", unanswered)).toBe(false);
    expect(await reaches(stack.api, "cache")).toBe(true);
  }
  expect(await reaches(stack.api, "db")).toBe(true);
  const lossy = await stack.link("api", "db").drop(0.05); // one packet of twenty is lost
  const dead = await stack.link("api", "db").drop(1);
  expect(await reaches(stack.api, "db", unanswered)).toBe(false);
  await dead.heal();
  await lossy.heal();
  expect(await reaches(stack.api, "db")).toBe(true);
  {
    await using _ = await stack.db.kill();
    expect(await reaches(stack.api, "db", unanswered)).toBe(false);
  } // started again, and healthy
  expect(await reaches(stack.api, "db")).toBe(true);
  // @ts-expect-error: there is no such service
  expect(() => stack.link("api", "bd")).toThrow("link: no such service: bd");
});

test("a link is slow where the kernel has network emulation, and elsewhere that is told", async () => {
  const shop = defineCompose({ name: given.name, services: two });
  await using stack = await compose(shop, { engine: engine.address });
  const slowing = stack.link("api", "db").latency("200ms"); // each request takes that much longer
  const script = "ip link set lo up; tc qdisc add dev lo root netem delay 1ms";
  if (spawnSync("unshare", ["--net", "sh", "-c", script]).status !== 0) {
    await expect(slowing).rejects.toThrow("this kernel has no network emulation");
    expect(await reaches(stack.api, "db")).toBe(true);
    return;
  }
  await using _ = await slowing;
  const started = performance.now();
  const { stdout } = await stack.api.exec(["redis-cli", "-h", "db", "ping"]);
  expect(stdout).toBe("PONG\n");
  expect(performance.now() - started).toBeGreaterThanOrEqual(200);
});

test("where networks cannot be entered the one side leaves, unless that would cut more", async () => {
  await using far = await farAway(engine.address);
  const shop = defineCompose({ name: given.name, services: { ...two, cache: { ...redis, profiles: ["more"] } } });
  {
    await using stack = await compose(shop, { engine: far.address });
    {
      await using _ = await stack.link("api", "db").cut();
      expect(await reaches(stack.api, "db", unanswered)).toBe(false);
    }
    expect(await reaches(stack.api, "db")).toBe(true);
    expect(await reaches(stack.db, "api")).toBe(true);
    await expect(stack.link("api", "db").drop(0.5)).rejects.toThrow("the engine is on another machine");
  }
  await using stack = await compose(shop, { engine: far.address, profiles: ["more"] });
  await expect(stack.link("api", "db").cut()).rejects.toThrow('"api" would not reach "cache" either');
  expect(await reaches(stack.api, "db")).toBe(true);
});

/** An engine as one of another machine is seen: by TCP. */
async function farAway(address: string): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((near) => {
    const far = connect(address.replace("unix://", ""));
    near.on("error", () => far.destroy()).pipe(far);
    far.on("error", () => near.destroy()).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `tcp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
    },
  };
}
