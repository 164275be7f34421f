import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compose, type ComposeOptions } from "../../../src/testing/index.ts";
import { type Changes, EngineApi } from "../../support/engine-api.ts";
import { Holder } from "../../support/holder.ts";
import { TestProject } from "../../support/test-project.ts";

const file = `
services:
  cache:
    image: redis:7
    ports: ["6379"]
    volumes: ["data:/data"]
    healthcheck: { test: "redis-cli ping", interval: 100ms, retries: 50 }
volumes: { data: {} }
`;

const engine = new EngineApi();

describe("a stack that processes share", () => {
  let given: TestProject;
  let changes: Changes;

  beforeEach(async () => {
    given = await TestProject.create({ "compose.yaml": file }, engine);
    changes = await engine.events();
  });

  afterEach(async () => {
    await changes[Symbol.asyncDispose]();
    await given[Symbol.asyncDispose]();
  });

  test("is started once, stays as long as one of them needs it, and is gone when the last has released it", async () => {
    await using one = hold();
    await using two = hold();
    await using three = hold();
    const [first, second, third] = await Promise.all([one.held(), two.held(), three.held()]);
    expect([second, third]).toEqual([first, first]);
    await Promise.all([one.release(), two.kill()]);
    await using four = hold();
    expect(await four.held()).toEqual(first);
    await Promise.all([three.release(), four.release()]);
    expect(await containers()).toEqual([]);
    expect(starts()).toBe(1);
  });

  test("is gone when all of them were killed, also while it starts", async () => {
    await using one = hold();
    await using two = hold();
    await one.held();
    await Promise.all([one.kill(), two.kill()]);
    await untilNothingIsLeft();
    await using three = hold();
    const deadline = AbortSignal.timeout(60_000);
    while ((await containers()).length === 0) expect(await changes.next(deadline)).toBe(true);
    await three.kill();
    await untilNothingIsLeft();
  });

  test("is kept by somebody else when its keeper is killed", async () => {
    await using one = hold();
    const { project } = await one.held();
    for (const pid of keepers()) process.kill(pid, "SIGKILL");
    await using two = hold();
    expect((await two.held()).project).toBe(project);
    await one.release();
    expect(await containers()).not.toEqual([]);
    await two.release();
    expect(await containers()).toEqual([]);
  });

  test("that is to be used again stays, and is brought to what its file says then", async () => {
    await using one = hold({ reuse: true });
    const { project } = await one.held();
    await one.release();
    const [before] = await containers();
    expect(before?.State).toBe("running");
    await using two = hold({ reuse: true });
    expect(await two.held()).toMatchObject({ project });
    await two.release();
    expect((await containers())[0]?.Id).toBe(before?.Id);
    {
      const env = { COMPOSE_PROJECT_NAME: given.name };
      const options = { engine: engine.address, env, reuse: true };
      await using own = await compose<string>(join(given.directory, "compose.yaml"), options);
      await expect(own.snapshot({ layers: true })).rejects.toThrow("a stack that is to be reused");
    }
    await given.write({ "compose.yaml": file.replace("ports:", "environment: { A: b }\n    ports:") });
    await using three = hold({ reuse: true });
    expect(await three.held()).toMatchObject({ project });
    await three.release();
    const [after] = await containers();
    expect(after?.State).toBe("running");
    expect(after?.Id).not.toBe(before?.Id);
    await engine.send("DELETE", `/containers/${after?.Id}?force=1`);
  });

  function hold(options: ComposeOptions = { shared: true }): Holder {
    const env = { COMPOSE_PROJECT_NAME: given.name };
    return new Holder(join(given.directory, "compose.yaml"), { engine: engine.address, env, ...options });
  }

  async function containers(): ReturnType<EngineApi["containers"]> {
    return (await engine.containers()).filter(({ Names: [name = ""] }) => name.includes(given.name));
  }

  async function untilNothingIsLeft(): Promise<void> {
    const deadline = AbortSignal.timeout(60_000);
    const networks = async (): Promise<number> =>
      (await engine.networks()).filter(({ Name }) => Name.includes(given.name)).length;
    while ((await containers()).length + (await networks()) > 0) expect(await changes.next(deadline)).toBe(true);
  }

  function starts(): number {
    return changes.seen.filter(
      ({ Action, Actor }) => Action === "start" && (Actor.Attributes["name"] ?? "").includes(given.name),
    ).length;
  }
});

/** Processes that keep a stack for this checkout. */
function keepers(): readonly number[] {
  const module = join(import.meta.dirname, "../../../src/testing/lease/keeper-process.ts");
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(module))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // ended meanwhile
  }
}
