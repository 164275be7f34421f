import { execFile } from "node:child_process";
import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";

// The exercises that a course of Docker ends with.

const command = promisify(execFile);
const database = "postgres:latest";
let own: OwnEngine;

beforeAll(async () => {
  own = await startOwnEngine();
  for (const image of ["busybox:latest", "nginx:latest", database]) await own.borrow(image);
});
afterAll(async () => {
  const { faults } = own;
  await own[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

/** What curl prints for a request over the socket, and the status. */
async function curl(...args: readonly string[]): Promise<{ readonly status: string; readonly body: string }> {
  const socket = join(own.folder, "engine.sock");
  const { stdout } = await command("curl", ["-s", "-w", "\n%{http_code}", "--unix-socket", socket, ...args]);
  const end = stdout.lastIndexOf("\n");
  return { status: stdout.slice(end + 1), body: stdout.slice(0, end) };
}

async function start(name: string, body: object): Promise<string> {
  const { Id } = (await own.api.post(`/containers/create?name=${name}`, body)) as { Id: string };
  await own.api.send("POST", `/containers/${Id}/start`);
  return Id;
}

interface Inspected {
  readonly State: { readonly Status: string; readonly Pid: number };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
  readonly GraphDriver: { readonly Data: Readonly<Record<string, string>> };
}

async function inspect(id: string): Promise<Inspected> {
  return (await own.api.get(`/containers/${id}/json`)) as Inspected;
}

/** Asks the database; waits until it is up. */
async function query(id: string, sql: string): Promise<string> {
  const attempt = `until psql -h 127.0.0.1 -U postgres -c 'select 1' >/dev/null 2>&1; do sleep 0.1; done; psql -h 127.0.0.1 -U postgres -tAc "${sql}"`;
  return (await own.exec(id, ["sh", "-c", attempt])).trim();
}

const databaseBody = (HostConfig: object): object => ({
  Image: database,
  Env: ["POSTGRES_HOST_AUTH_METHOD=trust", "POSTGRES_PASSWORD=x"],
  HostConfig,
});

test("the API is explored with curl over the socket", async () => {
  expect(await curl("http://localhost/_ping")).toEqual({ status: "200", body: "OK" });
  const version = JSON.parse((await curl("http://localhost/version")).body) as { ApiVersion: string };
  const base = `http://localhost/v${version.ApiVersion}`;
  const json = ["-H", "Content-Type: application/json"];
  const wish = JSON.stringify({ Image: "busybox:latest", Cmd: ["echo", "hello from curl"] });
  const created = await curl("-X", "POST", ...json, "-d", wish, `${base}/containers/create?name=curled`);
  expect(created.status).toBe("201");
  const { Id } = JSON.parse(created.body) as { Id: string };
  expect((await curl("-X", "POST", `${base}/containers/${Id}/start`)).status).toBe("204");
  expect(JSON.parse((await curl("-X", "POST", `${base}/containers/curled/wait`)).body)).toMatchObject({
    StatusCode: 0,
  });
  expect((await curl(`${base}/containers/curled/logs?stdout=1`)).body).toContain("hello from curl");
  const filters = encodeURIComponent(JSON.stringify({ name: ["curled"] }));
  expect(JSON.parse((await curl(`${base}/containers/json?all=1&filters=${filters}`)).body)).toMatchObject([{ Id }]);
  expect((await curl("-X", "DELETE", `${base}/containers/curled`)).status).toBe("204");
  expect((await curl(`${base}/containers/curled/json`)).status).toBe("404");
});

test("of three networks in a row, the first does not reach the last, and what stands on all reaches each", async () => {
  for (const Name of ["frontend", "backend", "data"]) await own.api.post("/networks/create", { Name });
  const web = await start("web", { Image: "nginx:latest", HostConfig: { NetworkMode: "frontend" } });
  const db = await start("db", databaseBody({ NetworkMode: "data" }));
  const api = await start("api", {
    Image: "busybox:latest",
    Cmd: ["sleep", "1000"],
    HostConfig: { NetworkMode: "backend" },
  });
  for (const network of ["frontend", "data"])
    await own.api.send("POST", `/networks/${network}/connect`, { Container: api });
  expect(await query(db, "select 7")).toBe("7");
  expect(await own.exec(api, ["wget", "-q", "-O", "-", "http://web/"])).toContain("nginx");
  await own.exec(api, ["sh", "-c", "nc -w 5 db 5432 </dev/null"]);
  const { NetworkSettings } = await inspect(db);
  const address = NetworkSettings.Networks["data"]?.IPAddress ?? "";
  await own.exec(api, ["sh", "-c", `nc -w 5 ${address} 5432 </dev/null`]);
  await expect(own.exec(web, ["getent", "hosts", "db"])).rejects.toThrow("exit code 2");
  const reach = `timeout 2 bash -c 'echo >/dev/tcp/${address}/5432'`;
  await expect(own.exec(web, ["sh", "-c", reach])).rejects.toThrow("exit code 124");
  for (const id of [web, db, api]) await own.api.send("DELETE", `/containers/${id}?force=1&v=1`);
});

test("data in a named volume survives its container, other data does not", async () => {
  const kept = { NetworkMode: "none", Binds: ["kept:/var/lib/postgresql/data"] };
  for (const [binds, survives] of [
    [kept, true],
    [{ NetworkMode: "none" }, false],
  ] as const) {
    const first = await start("first", databaseBody(binds));
    await query(first, "create table notes (text text); insert into notes values ('remember')");
    await own.api.send("POST", `/containers/${first}/stop`);
    await own.api.send("DELETE", `/containers/${first}?v=1`);
    const second = await start("second", databaseBody(binds));
    const found = query(second, "select text from notes");
    if (survives) expect(await found).toBe("remember");
    else await expect(found).rejects.toThrow('relation "notes" does not exist');
    await own.api.send("DELETE", `/containers/${second}?force=1&v=1`);
  }
});

test("namespaces, limits and the overlay of a container are where the kernel shows them", async () => {
  const limits = { Memory: 64 * 2 ** 20, NanoCpus: 500_000_000, PidsLimit: 50, NetworkMode: "bridge" };
  const id = await start("seen", { Image: "busybox:latest", Cmd: ["sleep", "1000"], HostConfig: limits });
  const { State } = await inspect(id);
  const own1 = async (name: string): Promise<string> => readlink(`/proc/self/ns/${name}`);
  const its = async (name: string): Promise<string> => readlink(`/proc/${State.Pid}/ns/${name}`);
  for (const name of ["mnt", "pid", "net", "ipc", "uts"]) expect(await its(name)).not.toBe(await own1(name));
  expect(await its("user")).toBe(await own1("user"));
  expect(await own.exec(id, ["cat", "/proc/1/comm"])).toBe("sleep\n");
  const groups = await readFile(`/proc/${State.Pid}/cgroup`, "utf8");
  const groupOf = (controller: string): string =>
    new RegExp(`^\\d+:(?:.*,)?${controller}(?:,.*)?:(.*)$`, "m").exec(groups)?.[1] ?? "";
  const limit = async (controller: string, file: string): Promise<string> => {
    const isUnified = groupOf(controller) === "";
    const unified = /^0::(.*)$/m.exec(groups)?.[1] ?? "";
    const [v1, v2] = file.split(" ");
    const path = isUnified ? join(unified, v2 ?? "") : join(controller, groupOf(controller), v1 ?? "");
    return (await readFile(join("/sys/fs/cgroup", path), "utf8")).trim();
  };
  expect(await limit("memory", "memory.limit_in_bytes memory.max")).toBe(String(64 * 2 ** 20));
  expect(await limit("cpu", "cpu.cfs_quota_us cpu.max")).toMatch(/^50000\b/);
  expect(await limit("pids", "pids.max pids.max")).toBe("50");
  await own.exec(id, ["sh", "-c", "echo written >/written"]);
  const mounts = await readFile(`/proc/${State.Pid}/mounts`, "utf8");
  const upper = /^overlay \/ overlay .*upperdir=([^,\s]+)/m.exec(mounts)?.[1] ?? "";
  expect(await readFile(join(upper, "written"), "utf8")).toBe("written\n");
});

test("a container walks through all its states", async () => {
  const { Id } = (await own.api.post("/containers/create?name=walker", {
    Image: "busybox:latest",
    Cmd: ["sleep", "1000"],
    StopSignal: "SIGKILL",
    HostConfig: { NetworkMode: "none" },
  })) as { Id: string };
  const status = async (): Promise<string> => (await inspect(Id)).State.Status;
  const step = (verb: string): Promise<void> => own.api.send("POST", `/containers/${Id}/${verb}`);
  expect(await status()).toBe("created");
  await expect(step("pause")).rejects.toThrow("409");
  for (const [verb, becomes] of [
    ["start", "running"],
    ["pause", "paused"],
    ["unpause", "running"],
    ["stop", "exited"],
    ["start", "running"],
    ["restart?t=0", "running"],
    ["kill", "exited"],
  ] as const) {
    await step(verb);
    expect(await status()).toBe(becomes);
  }
  await own.api.send("DELETE", `/containers/${Id}`);
  await expect(inspect(Id)).rejects.toThrow("404");
});
