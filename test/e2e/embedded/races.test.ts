import { once } from "node:events";
import { watch } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { mkdtemp, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isFrozen } from "../../../src/embedded/host/freezer.ts";
import { EngineProcess } from "../../support/engine-process.ts";

interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string; readonly Pid: number };
}

describe("what is asked of one container at the same time", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await EngineProcess.start("races");
    await engine.borrow("busybox:latest");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    expect(engine.faults).toEqual([]);
  });

  async function create(command: readonly string[], hostConfig: object = {}, name = ""): Promise<string> {
    const HostConfig = { NetworkMode: "none", ...hostConfig };
    const wish = { Image: "busybox:latest", Cmd: command, StopSignal: "SIGKILL", HostConfig };
    return ((await engine.api.post(`/containers/create?name=${name}`, wish)) as { Id: string }).Id;
  }

  const ask = (id: string, verb: string): Promise<void> => engine.api.send("POST", `/containers/${id}/${verb}`);
  const inspect = async (id: string): Promise<Inspected> =>
    (await engine.api.get(`/containers/${id}/json`)) as Inspected;
  const statusOf = async (id: string): Promise<string> => (await inspect(id)).State.Status;
  const codeOf = async (id: string): Promise<number> =>
    ((await engine.api.post(`/containers/${id}/wait`, {})) as { StatusCode: number }).StatusCode;

  async function becomes(id: string, status: string): Promise<void> {
    while ((await statusOf(id)) !== status);
  }

  /** Begins a start; resolves in the middle of it. */
  async function beginStart(id: string): Promise<{ readonly started: Promise<void> }> {
    const watcher = watch(join(engine.folder, "run", "c"));
    const started = ask(id, "start");
    for (let name = ""; name !== id;) [, name] = (await once(watcher, "change")) as [string, string];
    watcher.close();
    return { started };
  }

  test.each(["stop", "kill"])("%s ends one that is about to run", async (verb) => {
    const id = await create(["sleep", "1000"]);
    const { started } = await beginStart(id);
    await ask(id, verb);
    await started;
    expect(await statusOf(id)).toBe("exited");
  });

  test("one that is about to run is removed by force", async () => {
    const id = await create(["sleep", "1000"]);
    const { started } = await beginStart(id);
    await engine.api.send("DELETE", `/containers/${id}?force=1`);
    await started;
    await expect(inspect(id)).rejects.toThrow("404");
  });

  test("one that has just ended is started again, whole", async () => {
    const id = await create(["sh", "-c", "ip link show eth0 >/dev/null && echo linked"], { NetworkMode: "bridge" });
    const runs = 5;
    for (let run = 1; run <= runs; run += 1) {
      await ask(id, "start");
      await becomes(id, "exited");
    }
    expect((await engine.api.logs(id)).trimEnd().split("\n")).toEqual(Array(runs).fill("linked"));
  });

  test("a short run is told of from its start to its end", async () => {
    await using changes = await engine.api.events();
    const id = await create(["true"]);
    const told = (): readonly string[] =>
      changes.seen.filter(({ Actor }) => Actor.ID === id).flatMap(({ Action }) => /^(?:start|die)$/.exec(Action) ?? []);
    const runs = 5;
    for (let run = 1; run <= runs; run += 1) {
      await ask(id, "start");
      await codeOf(id);
    }
    while (told().length < 2 * runs) await changes.next(AbortSignal.timeout(10_000));
    expect(told()).toEqual(Array.from({ length: runs }, () => ["start", "die"]).flat());
  });

  test("one is killed while it is being paused", async () => {
    const id = await create(["sleep", "1000"]);
    for (let round = 1; round <= 5; round += 1) {
      await ask(id, "start");
      await Promise.allSettled([ask(id, "pause"), ask(id, "kill")]);
      expect(await statusOf(id)).toBe("exited");
    }
  });

  test("one that ends while it is being paused is not paused for ever", async () => {
    const id = await create(["usleep", "20000"]);
    for (let round = 1; round <= 10; round += 1) {
      await ask(id, "start");
      for (let wait = 0; wait < round; wait += 1) await inspect(id);
      await ask(id, "pause").then(
        () => ask(id, "unpause"),
        (error: unknown) => expect(String(error)).toContain("is not running"),
      );
      expect(await codeOf(id)).toBe(0);
      await becomes(id, "exited");
    }
  });

  test("one that is committed and paused is held still", async () => {
    const id = await create(["sleep", "1000"]);
    await ask(id, "start");
    await Promise.all([engine.api.post(`/commit?container=${id}&repo=races`, {}), ask(id, "pause")]);
    const { State } = await inspect(id);
    expect(State.Status).toBe("paused");
    expect(isFrozen(State.Pid)).toBe(true);
    await ask(id, "kill");
  });

  test("of two new names it has one, and the other is free", async () => {
    const id = await create(["true"], {}, "racer");
    await Promise.all(["racer-a", "racer-b"].map((name) => ask(id, `rename?name=${name}`)));
    const has = (await inspect(id)).Name.slice(1);
    for (const name of ["racer", "racer-a", "racer-b"].filter((each) => each !== has)) await create(["true"], {}, name);
    await expect(create(["true"], {}, has)).rejects.toThrow("409");
  });

  test("who waits for one that was about to be started again hears that it stays down", async () => {
    await using changes = await engine.api.events();
    // As one that the stop meets in a short run, for that is not ruled out.
    const id = await create(["sh", "-c", "exit 137"], { RestartPolicy: { Name: "always" } });
    await ask(id, "start");
    // The waits between starts become longer and longer.
    while (changes.seen.filter(({ Action, Actor }) => Action === "die" && Actor.ID === id).length < 4)
      await changes.next(AbortSignal.timeout(30_000));
    await becomes(id, "restarting");
    const waiting = await open(`/containers/${id}/wait`);
    await ask(id, "stop");
    expect(JSON.parse((await waiting.toArray()).join(""))).toEqual({ StatusCode: 137 });
    expect(await statusOf(id)).toBe("exited");
  });

  test("who waits for one that cannot be started again hears that it stays down", async () => {
    const source = await mkdtemp(join(engine.folder, "source-"));
    const id = await create(["sleep", "1000"], {
      RestartPolicy: { Name: "always" },
      Mounts: [{ Type: "bind", Source: source, Target: "/source" }],
    });
    await ask(id, "start");
    await using changes = await engine.api.events();
    const isOver = (): boolean => changes.seen.some(({ Action, Actor }) => Action === "die" && Actor.ID === id);
    await rmdir(source);
    process.kill((await inspect(id)).State.Pid, "SIGKILL");
    while (!isOver()) await changes.next(AbortSignal.timeout(30_000));
    expect(await codeOf(id)).toBe(128);
    expect(await inspect(id)).toMatchObject({ State: { Status: "exited", Error: expect.stringContaining(source) } });
    while (!engine.faults.join("").includes(source)) await setImmediate();
    engine.faults.splice(0);
  });

  test("a volume stays for a container that is being made", async () => {
    await using changes = await engine.api.events();
    const made = create(["true"], { Binds: ["filled:/bin"] });
    while (!changes.seen.some(({ Action, Actor }) => Action === "create" && Actor.ID === "filled")) {
      await changes.next(AbortSignal.timeout(10_000));
    }
    await expect(engine.api.send("DELETE", "/volumes/filled")).rejects.toThrow("409");
    await ask(await made, "start");
    expect(await codeOf(await made)).toBe(0);
  });

  /** Sends a request; resolves with the head of its answer. */
  function open(path: string): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const call = request({ socketPath: engine.socketPath, method: "POST", path, agent: false });
    call.once("error", reject).once("response", resolve).end();
    return promise;
  }
});
