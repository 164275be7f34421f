import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { setFrozen } from "../../../src/embedded/host/freezer.ts";
import { demultiplex } from "../../support/engine-api.ts";
import { EngineProcess } from "../../support/engine-process.ts";

/** Opens a stream of an engine; nothing is read of it yet. */
function open(socketPath: string, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false }).once("error", reject).once("response", resolve).end();
  });
}

describe("an engine that is killed", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await EngineProcess.start("killed");
    await engine.borrow("busybox:latest");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    expect(engine.faults).toEqual([]);
  });

  async function run(command: readonly string[], hostConfig: object = {}): Promise<string> {
    const HostConfig = { NetworkMode: "none", ...hostConfig };
    const wish = { Image: "busybox:latest", Cmd: command, HostConfig };
    const { Id } = (await engine.api.post("/containers/create", wish)) as { Id: string };
    await engine.api.send("POST", `/containers/${Id}/start`);
    return Id;
  }

  /** Runs what ends by itself; nothing of the engine is open any more when this resolves. */
  async function runToEnd(): Promise<string> {
    await using changes = await engine.api.events();
    const id = await run(["false"]);
    const isOver = (): boolean => changes.seen.some(({ Action, Actor }) => Action === "die" && Actor.ID === id);
    while (!isOver()) await changes.next(AbortSignal.timeout(30_000));
    return id;
  }

  async function linesOf(id: string): Promise<readonly string[]> {
    const log = await engine.api.download(`/containers/${id}/logs?stdout=1`);
    return demultiplex(log).toString().trimEnd().split("\n");
  }

  /** Waits until so many more bytes have come to a follower, and leaves it. */
  async function follow(id: string, bytes: number): Promise<void> {
    const following = await open(engine.socketPath, `/containers/${id}/logs?stdout=1&follow=1&tail=1`);
    following.on("error", () => {});
    for (let seen = 0; seen < bytes;) seen += ((await once(following, "data")) as [Buffer])[0].length;
  }

  test("loses no line of a container that counts on, and doubles none", async () => {
    const id = await run(["sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done"]);
    for (let round = 1; round <= 3; round += 1) {
      await follow(id, 50);
      await engine.kill();
      await engine.comeBack();
    }
    await engine.api.send("POST", `/containers/${id}/kill`);
    const lines = await linesOf(id);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => String(index + 1)));
  });

  test.each<[string, object]>([
    ["one file", {}],
    ["files that take turns", { LogConfig: { Type: "json-file", Config: { "max-size": "2m", "max-file": "100" } } }],
  ])("loses and doubles nothing in the middle of much output: %s", async (_, options) => {
    const id = await run(["sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; done"], options);
    for (let round = 1; round <= 3; round += 1) {
      await follow(id, 20_000);
      await engine.kill();
      await engine.comeBack();
    }
    await engine.api.send("POST", `/containers/${id}/kill`);
    const lines = await linesOf(id);
    expect(lines.length).toBeGreaterThan(1000);
    expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1);
  });

  test("has everything that was written while there was none", async () => {
    const [go, done] = [join(engine.folder, "go"), join(engine.folder, "done")];
    await promisify(execFile)("mkfifo", [go, done]);
    // 1.3 MB: a pipe holds 64 KiB.
    const id = await run(["sh", "-c", "read go </x/go; seq 1 200000; echo written >/x/done; exit 3"], {
      Binds: [`${engine.folder}:/x`],
    });
    await engine.kill();
    await writeFile(go, "go\n");
    expect(await readFile(done, "utf8")).toBe("written\n");
    await engine.comeBack();
    expect(await engine.api.post(`/containers/${id}/wait`, {})).toMatchObject({ StatusCode: 3 });
    const lines = await linesOf(id);
    expect(lines.findIndex((line, index) => line !== String(index + 1))).toBe(-1);
    expect(lines.length).toBe(200_000);
  });

  test.each(["running", "paused"])("learns that the monitor of a %s container was killed", async (status) => {
    const id = await run(["sh", "-c", "echo last words; sleep 1000"]);
    await follow(id, 1);
    if (status === "paused") await engine.api.send("POST", `/containers/${id}/pause`);
    await engine.kill();
    await engine.comeBack();
    const waiting = engine.api.post(`/containers/${id}/wait`, {});
    process.kill(await monitorOf(id), "SIGKILL");
    expect(await waiting).toMatchObject({ StatusCode: 137 });
    expect(await engine.api.get(`/containers/${id}/json`)).toMatchObject({ State: { Status: "exited", Pid: 0 } });
    expect(await linesOf(id)).toEqual(["last words"]);
    expect(await processesOf(id)).toEqual([]);
  });

  test("leaves no container held still that it was about to copy", async () => {
    const id = await run(["sh", "-c", "while :; do echo on; sleep 0.02; done"]);
    const { State } = (await engine.api.get(`/containers/${id}/json`)) as { State: { Pid: number } };
    await engine.kill();
    await setFrozen(State.Pid, true);
    await engine.comeBack();
    expect(await engine.api.get(`/containers/${id}/json`)).toMatchObject({ State: { Status: "running" } });
    await follow(id, 50);
    await engine.api.send("DELETE", `/containers/${id}?force=1`);
  });

  test("tells no end twice that its predecessor told of", async () => {
    const id = await runToEnd();
    const before = await engine.api.get(`/containers/${id}/json`);
    await engine.kill();
    const sign = join(engine.folder, "run", "signs", `${id}.exit`);
    await writeFile(sign, "1\n");
    const atMs = Date.parse((before as Inspected).State.FinishedAt) - 1;
    await utimes(sign, atMs / 1000, atMs / 1000);
    await engine.comeBack();
    expect(await engine.api.get(`/containers/${id}/json`)).toEqual(before);
    expect(await readdir(join(engine.folder, "run", "signs"))).not.toContain(`${id}.exit`);
  });

  test("removes after a reboot what was to be removed when it had ended", async () => {
    const id = await run(["sleep", "1000"], { AutoRemove: true });
    await engine.kill();
    for (const pid of await processesOf(id)) end(pid);
    await rm(join(engine.folder, "run"), { recursive: true });
    await engine.comeBack();
    await using changes = await engine.api.events();
    const listed = async (): Promise<boolean> => (await engine.api.containers()).some(({ Id }) => Id === id);
    while (await listed()) await changes.next(AbortSignal.timeout(30_000));
  });

  test("has left no place on a network that nobody was told of", async () => {
    const { Id: network } = (await engine.api.post("/networks/create", { Name: "cut" })) as { Id: string };
    const id = await run(["sleep", "1000"]);
    const { State } = (await engine.api.get(`/containers/${id}/json`)) as { State: { Pid: number } };
    const ip = async (...words: readonly string[]): Promise<string> => (await promisify(execFile)("ip", words)).stdout;
    const bridge = `tsc${network.slice(0, 10)}`;
    await engine.kill();
    await ip("link", "add", "tsvcut", "master", bridge, "type", "veth", "peer", "eth0", "netns", String(State.Pid));
    expect(await ip("link", "show", "master", bridge)).toContain("tsvcut");
    await engine.comeBack();
    expect(await ip("link", "show", "master", bridge)).toBe("");
    await engine.api.send("DELETE", `/containers/${id}?force=1`);
    await engine.api.send("DELETE", "/networks/cut");
  });

  test("starts after a reboot what is to run, and what others depend on first", async () => {
    const serviceOf = async (service: string, needed: string): Promise<string> => {
      const Labels = {
        "com.docker.compose.project": "boot",
        "com.docker.compose.service": service,
        "com.docker.compose.depends_on": needed,
      };
      const HostConfig = { NetworkMode: "none", RestartPolicy: { Name: "always" } };
      const wish = { Image: "busybox:latest", Cmd: ["sleep", "1000"], Labels, HostConfig };
      const { Id } = (await engine.api.post("/containers/create", wish)) as { Id: string };
      await engine.api.send("POST", `/containers/${Id}/start`);
      return Id;
    };
    const web = await serviceOf("web", "db:service_started:false");
    const db = await serviceOf("db", "");
    await engine.kill();
    for (const pid of [...(await processesOf(web)), ...(await processesOf(db))]) end(pid);
    await rm(join(engine.folder, "run"), { recursive: true });
    await engine.comeBack();
    await using changes = await engine.api.events();
    const states = async (): Promise<readonly Ran[]> =>
      Promise.all([db, web].map(async (id) => ((await engine.api.get(`/containers/${id}/json`)) as Inspected).State));
    const never = new AbortController().signal;
    while ((await states()).some(({ Running }) => !Running)) await changes.next(never);
    const [first, second] = await states();
    expect(first?.StartedAt.localeCompare(second?.StartedAt ?? "")).toBe(-1);
  });
});

interface Ran {
  readonly Running: boolean;
  readonly StartedAt: string;
  readonly FinishedAt: string;
}

interface Inspected {
  readonly State: Ran;
}

/** Kills a process that may be gone already. */
function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Processes of a container, and those that were started with its id among their words; not those whose end nobody has asked for yet. */
async function processesOf(id: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const isOfContainer = async (pid: number): Promise<boolean> => {
    const texts = await Promise.all([textOf(pid, "cmdline"), textOf(pid, "cgroup")]);
    return texts.join("").includes(id) && (await standingOf(pid)).state !== "Z";
  };
  const areOfContainer = await Promise.all(pids.map(isOfContainer));
  return pids.filter((_, index) => areOfContainer[index]);
}

/** The one whose parent is none of them: all others come of it. */
async function monitorOf(id: string): Promise<number> {
  const pids = await processesOf(id);
  for (const pid of pids) if (!pids.includes((await standingOf(pid)).parent)) return pid;
  throw new Error(`no monitor of ${id}`);
}

/** What proc(5) tells of a process, after a name that may have spaces and brackets in it. */
async function standingOf(pid: number): Promise<{ readonly state: string | undefined; readonly parent: number }> {
  const [, state, parent] = /.*\) (\S) (\d+)/s.exec(await textOf(pid, "stat")) ?? [];
  return { state, parent: Number(parent) };
}

/** Empty when there is no such process any more. */
function textOf(pid: number, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
}
