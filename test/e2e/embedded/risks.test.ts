import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demultiplex } from "../../support/engine-api.ts";
import { EngineProcess } from "../../support/engine-process.ts";

/** Runs a command on a machine with control groups of both versions, whatever else it has. */
const onHybridHost = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `unified=/sys/fs/cgroup/unified
  [ -e $unified/cgroup.controllers ] || { mkdir -p $unified && mount -t cgroup2 cgroup2 $unified; } && exec "$@"`,
  "sh",
];
const hasOnlyUnified = existsSync("/sys/fs/cgroup/cgroup.controllers");

describe.skipIf(hasOnlyUnified)("a host with control groups of both versions", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await EngineProcess.start("hybrid", onHybridHost);
    await engine.borrow("busybox:latest");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    expect(engine.faults).toEqual([]);
  });

  async function run(script: string, hostConfig: object = {}): Promise<string> {
    const wish = {
      Image: "busybox:latest",
      Cmd: ["sh", "-c", script],
      HostConfig: { NetworkMode: "none", ...hostConfig },
    };
    const { Id } = (await engine.api.post("/containers/create", wish)) as { Id: string };
    await engine.api.send("POST", `/containers/${Id}/start`);
    return Id;
  }

  test("limits containers by version 1, also while they run, and takes commands into them", async () => {
    expect(await engine.api.get("/info")).toMatchObject({ CgroupVersion: "1", CgroupDriver: "cgroupfs" });
    const id = await run("exec sleep 1000", { Memory: 64 * 2 ** 20, PidsLimit: 20 });
    const { State } = (await engine.api.get(`/containers/${id}/json`)) as { State: { Pid: number } };
    const groups = await readFile(`/proc/${State.Pid}/cgroup`, "utf8");
    const limit = async (controller: string, file: string): Promise<string> => {
      const [, group = ""] = new RegExp(`^\\d+:${controller}:(.*)$`, "m").exec(groups) ?? [];
      return (await readFile(join("/sys/fs/cgroup", controller, group, file), "utf8")).trim();
    };
    expect(await limit("memory", "memory.limit_in_bytes")).toBe(String(64 * 2 ** 20));
    expect(await limit("pids", "pids.max")).toBe("20");
    await engine.api.post(`/containers/${id}/update`, { Memory: 32 * 2 ** 20, MemorySwap: 32 * 2 ** 20 });
    expect(await limit("memory", "memory.limit_in_bytes")).toBe(String(32 * 2 ** 20));
    const { Id } = (await engine.api.post(`/containers/${id}/exec`, { Cmd: ["id", "-u"], AttachStdout: true })) as {
      Id: string;
    };
    expect(demultiplex(await engine.api.postForBytes(`/exec/${Id}/start`, {})).toString()).toBe("0\n");
    // What is hidden from the runtime is there for the host.
    expect(existsSync("/sys/fs/cgroup/memory")).toBe(true);
  });

  test("has a compiled filter of system calls that confines as the table does which it was made of", async () => {
    const script = "grep ^Seccomp: /proc/self/status; unshare -U true 2>&1 | grep -c 'not permitted'";
    const said: string[] = [];
    // The first start compiles, the next one takes what was compiled.
    for (const turn of ["first", "second"]) {
      const id = await run(`exec 2>&1; ${script}; echo ${turn} >/dev/null`);
      await engine.api.post(`/containers/${id}/wait`, {});
      said.push(await engine.api.logs(id));
    }
    expect(said).toEqual(Array.from({ length: 2 }, () => "Seccomp:\t2\n1\n"));
  });

  test("has a socket for its owner alone", async () => {
    expect((await stat(engine.socketPath)).mode & 0o777).toBe(0o600);
    expect((await stat(join(engine.folder, "run/engine.pid"))).mode & 0o777).toBe(0o600);
  });
});
