import { afterAll, beforeAll, expect, test } from "vitest";
import { demultiplex, EngineApi } from "../../support/engine-api.ts";
import { EngineProcess } from "../../support/engine-process.ts";

/** Runs a command on a machine without crun: what stands in its place cannot be executed. */
const withoutCrun = [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount --bind /dev/null "$(command -v crun)" && exec "$@"',
  "sh",
];
let engine: EngineProcess;

beforeAll(async () => {
  engine = await EngineProcess.start("runc", withoutCrun);
  await engine.api.upload("/images/load", await new EngineApi().download("/images/busybox/get"));
});
afterAll(() => engine[Symbol.asyncDispose]());

test("where there is no crun, runc starts containers, takes commands to them, and limits them", async () => {
  const { api } = engine;
  expect(await api.get("/info")).toMatchObject({ DefaultRuntime: "runc" });
  const body = { Image: "busybox", Cmd: ["sh", "-c", "echo started; exec sleep 1000"], StopSignal: "SIGKILL" };
  const { Id } = (await api.post("/containers/create", body)) as { Id: string };
  await api.send("POST", `/containers/${Id}/start`);
  const wish = { Cmd: ["sh", "-c", "echo within; exit 3"], AttachStdout: true };
  const { Id: exec } = (await api.post(`/containers/${Id}/exec`, wish)) as { Id: string };
  expect(demultiplex(await api.postForBytes(`/exec/${exec}/start`, {})).toString()).toBe("within\n");
  expect(await api.get(`/exec/${exec}/json`)).toMatchObject({ ExitCode: 3 });
  await api.post(`/containers/${Id}/update`, { Memory: 64_000_000, MemorySwap: 64_000_000 });
  await api.send("POST", `/containers/${Id}/stop`);
  expect(await api.logs(Id)).toBe("started\n");
  expect(await api.get(`/containers/${Id}/json`)).toMatchObject({
    State: { ExitCode: 137 },
    HostConfig: { Runtime: "runc", Memory: 64_000_000 },
  });
});

test("what runc refuses is told in Docker's words", async () => {
  const { api } = engine;
  const { Id } = (await api.post("/containers/create", { Image: "busybox", Cmd: ["nope"] })) as { Id: string };
  const refusal = /400 .*exec: \\"nope\\": executable file not found in \$PATH"\}$/;
  await expect(api.send("POST", `/containers/${Id}/start`)).rejects.toThrow(refusal);
});
