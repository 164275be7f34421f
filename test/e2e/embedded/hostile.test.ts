import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { demultiplex } from "../../support/engine-api.ts";
import { EngineProcess } from "../../support/engine-process.ts";

/** Fills as much memory as it may have, and more: shell variables that double. */
const hog = 'a=xxxxxxxxxxxxxxxx; while :; do a="$a$a"; done';

describe("a container that means harm", () => {
  let own: OwnEngine;
  beforeAll(async () => {
    own = await startOwnEngine();
    await own.borrow("busybox:latest");
  });
  afterAll(async () => {
    const { faults } = own;
    await own[Symbol.asyncDispose]();
    expect(faults).toEqual([]);
  });

  const limit = { Memory: 16 * 1024 * 1024, MemorySwap: 16 * 1024 * 1024 };

  test("and takes more memory than it may have is killed, and everybody is told why", async () => {
    await using changes = await own.api.events();
    const id = await own.run(["sh", "-c", hog], limit);
    expect(await own.api.post(`/containers/${id}/wait`, {})).toMatchObject({ StatusCode: 137 });
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: true, ExitCode: 137 } });
    const never = new AbortController().signal;
    while (!changes.seen.some(({ Action }) => Action === "die")) await changes.next(never);
    const actions = changes.seen.filter(({ Actor }) => Actor.ID === id).map(({ Action }) => Action);
    expect(actions).toEqual(["create", "start", "oom", "die"]);
  });

  test("of which only a child takes too much goes on, and is marked", async () => {
    await using changes = await own.api.events();
    const id = await own.run(["sh", "-c", `sh -c '${hog}'; echo went on; sleep 1000`], limit);
    const never = new AbortController().signal;
    while (!changes.seen.some(({ Action }) => Action === "oom")) await changes.next(never);
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: true, Running: true } });
    await own.api.send("POST", `/containers/${id}/restart?t=0`);
    expect(await own.api.get(`/containers/${id}/json`)).toMatchObject({ State: { OOMKilled: false } });
  });

  test("and forks without end gets no further than it may", async () => {
    const bomb = "b() { b | b & }; b; sleep 1000";
    const id = await own.run(["sh", "-c", bomb], { PidsLimit: 30 });
    const { State } = (await own.api.get(`/containers/${id}/json`)) as { State: { Pid: number } };
    const [, group = ""] = /^\d+:pids:(.*)$/m.exec(await readFile(`/proc/${State.Pid}/cgroup`, "utf8")) ?? [];
    const folder = join("/sys/fs/cgroup/pids", group);
    // The kernel counts the forks that it has refused.
    while (/^max 0$/m.test(await readFile(join(folder, "pids.events"), "utf8"))) await own.ask("GET", "/_ping");
    const pids = (await readFile(join(folder, "cgroup.procs"), "utf8")).trim().split("\n");
    expect(pids.length).toBeLessThanOrEqual(30);
    expect((await own.api.containers()).map(({ Id }) => Id)).toContain(id);
    await own.api.send("DELETE", `/containers/${id}?force=1`);
  });

  test("and has processes on the host's list goes with all of them", async () => {
    const id = await own.run(["sh", "-c", "setsid sleep 98765 & exec sleep 98765"], { PidMode: "host" });
    const { State } = (await own.api.get(`/containers/${id}/json`)) as { State: { Pid: number } };
    const [, group = ""] = /^\d+:pids:(.*)$/m.exec(await readFile(`/proc/${State.Pid}/cgroup`, "utf8")) ?? [];
    await own.api.send("DELETE", `/containers/${id}?force=1`);
    const left = await readFile(join("/sys/fs/cgroup/pids", group, "cgroup.procs"), "utf8").catch(() => "");
    expect(left).toBe("");
  });

  test("and writes ten thousand lines a second is read to the last, while others are served", async () => {
    const script = "n=0; while [ $n -lt 50 ]; do n=$((n+1)); seq 1000; usleep 80000; done";
    const id = await own.run(["sh", "-c", script]);
    const over = own.api.post(`/containers/${id}/wait`, {}).then(() => true);
    let served = 0;
    while (!(await Promise.race([over, own.ask("GET", "/_ping").then(() => false)]))) served += 1;
    expect(served).toBeGreaterThan(50);
    const log = demultiplex(await own.api.download(`/containers/${id}/logs?stdout=1`)).toString();
    const lines = Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join("");
    expect(log === lines.repeat(50)).toBe(true);
  });
});

describe("requests that mean harm", () => {
  let engine: EngineProcess;
  beforeAll(async () => {
    engine = await EngineProcess.start("hostile");
    await engine.borrow("busybox:latest");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    expect(engine.faults).toEqual([]);
  });

  /** The first line of what comes back for any bytes. */
  function raw(bytes: string | Buffer): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(engine.socketPath);
    const parts: Buffer[] = [];
    socket.on("data", (part: Buffer) => parts.push(part));
    // What is refused early is not read to its end.
    socket.on("error", () => {});
    socket.once("close", () => resolve(Buffer.concat(parts).toString("latin1").split("\r\n")[0] ?? ""));
    socket.write(bytes);
    return promise;
  }

  const post = (path: string, body: string, headers = ""): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n${headers}` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

  test.each<[string, string | Buffer, RegExp]>([
    ["no HTTP", "\u0000\u0001\u0002 nonsense\r\n\r\n", /^HTTP\/1.1 400/],
    ["a header without end", `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, /^HTTP\/1.1 431/],
    ["no JSON", post("/containers/create", "{{{"), /^HTTP\/1.1 400/],
    ["JSON of another kind", post("/containers/create", "[1, 2]"), /^HTTP\/1.1 400/],
    ["JSON that is deep", post("/containers/create", "[".repeat(100_000)), /^HTTP\/1.1 400/],
    ["types that are wrong", post("/containers/create", '{"Image": 7, "Cmd": {"a": 1}}'), /^HTTP\/1.1 4/],
    ["a prototype", post("/containers/create", '{"__proto__": {"Image": "busybox"}}'), /^HTTP\/1.1 4/],
    ["filters that are none", get("/containers/json?filters=%7B%7B"), /^HTTP\/1.1 400/],
    ["a path that leads out", get("/containers/..%2f..%2f..%2fetc%2fpasswd/json"), /^HTTP\/1.1 404/],
    ["a broken escape", get("/containers/%zz/json"), /^HTTP\/1.1 400/],
    ["a NUL", get("/containers/a%00b/json"), /^HTTP\/1.1 4/],
    ["an unknown method", "BREW /containers/json HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1.1 400/],
  ])("%s: refused", async (_, bytes, answer) => {
    expect(await raw(bytes)).toMatch(answer);
    expect(await raw(get("/_ping"))).toBe("HTTP/1.1 200 OK");
  });

  test.each(["a/b", "../../etc", "-rf", ".", "..", "a b", "ü"])(
    "no container and no volume is named %j, and a network of that name is a network",
    async (name) => {
      const body = JSON.stringify({ Image: "busybox:latest", Cmd: ["true"] });
      expect(await raw(post(`/containers/create?name=${encodeURIComponent(name)}`, body))).toMatch(/ 400 /);
      expect(await raw(post("/volumes/create", JSON.stringify({ Name: name })))).toMatch(/ 400 /);
      const { Id } = (await engine.api.post("/networks/create", { Name: name })) as { Id: string };
      expect(await engine.api.get(`/networks/${Id}`)).toMatchObject({ Name: name });
      await engine.api.send("DELETE", `/networks/${Id}`);
      expect(await readdir(join(engine.folder, "data", "networks"))).not.toContain(`${Id}.json`);
    },
  );

  test.each(["a\nb", "a\u0000b", "\u001b[2J"])("nothing is named %j", async (name) => {
    const body = JSON.stringify({ Image: "busybox:latest", Cmd: ["true"] });
    expect(await raw(post(`/containers/create?name=${encodeURIComponent(name)}`, body))).toMatch(/ 400 /);
    for (const path of ["/volumes/create", "/networks/create"]) {
      expect(await raw(post(path, JSON.stringify({ Name: name })))).toMatch(/ 400 /);
    }
  });

  test("two hundred clients at once are all served, and cost no memory that stays", async () => {
    const before = await residentBytes(engine.pid);
    const ask = async (client: number): Promise<void> => {
      const { Id } = (await engine.api.post("/containers/create", { Image: "busybox:latest", Cmd: ["true"] })) as {
        Id: string;
      };
      await engine.api.get(`/containers/${Id}/json`);
      if (client % 2 === 0) await engine.api.containers();
      await engine.api.send("DELETE", `/containers/${Id}`);
    };
    await Promise.all(Array.from({ length: 200 }, (_, client) => ask(client)));
    expect(await engine.api.containers()).toEqual([]);
    expect((await residentBytes(engine.pid)) - before).toBeLessThan(100 * 2 ** 20);
  });

  test("readers that do not read cost no memory, however much there is to read", async () => {
    const body = { Image: "busybox:latest", Cmd: ["sh", "-c", "seq 1 3000000"], HostConfig: { NetworkMode: "none" } };
    const { Id } = (await engine.api.post("/containers/create", body)) as { Id: string };
    const before = await residentBytes(engine.pid);
    await engine.api.send("POST", `/containers/${Id}/start`);
    const readers = Array.from({ length: 20 }, () => {
      const reader = connect(engine.socketPath);
      reader.write(get(`/containers/${Id}/logs?stdout=1&follow=1`));
      return reader.pause();
    });
    await engine.api.post(`/containers/${Id}/wait`, {});
    // 23 MB of output, for twenty readers.
    expect((await residentBytes(engine.pid)) - before).toBeLessThan(150 * 2 ** 20);
    for (const reader of readers) reader.destroy();
    await engine.api.send("DELETE", `/containers/${Id}`);
  });
});

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
