import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { LogOptions } from "../../src/engine/engine.ts";
import { testEngines } from "../support/engines.ts";
import { exec, gather, openSandbox, readUntil, type Sandbox } from "./sandbox.ts";

describe.each(testEngines(inject("embeddedEngine")))("streams on $name", (testEngine) => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox(testEngine);
  });
  afterAll(() => box[Symbol.asyncDispose]());

  const logs = (id: string, options: Partial<LogOptions> = {}): ReturnType<typeof gather> =>
    gather(box.engine.logs(id, { follow: false, timestamps: false, ...options }));

  describe("logs", () => {
    test("keep order, and tell stdout and stderr apart", async () => {
      const { id } = await box.finish("echo 1; echo 2; echo 3 >&2; echo 4; printf 5 >&2");
      expect(await logs(id)).toEqual({ stdout: "1\n2\n4\n", stderr: "3\n5" });
    });

    test("of a terminal are one stream, whatever they contain", async () => {
      const { id } = await box.finish(`printf '{"a":1}'`, { Tty: true });
      expect(await logs(id)).toEqual({ stdout: '{"a":1}', stderr: "" });
      expect(await logs(id, { follow: true })).toEqual({ stdout: '{"a":1}', stderr: "" });
    });

    test("of a silent container are empty", async () => {
      const { id } = await box.finish("true");
      expect(await logs(id)).toEqual({ stdout: "", stderr: "" });
    });

    test("can be cut to the last lines", async () => {
      const { id } = await box.finish("seq 1 20");
      expect((await logs(id, { tail: 2 })).stdout).toBe("19\n20\n");
      expect((await logs(id, { tail: 0 })).stdout).toBe("");
    });

    test("carry the engine's time, and can be cut by it", async () => {
      const { id } = await box.finish("echo first; sleep 1.1; echo second");
      const lines = (await logs(id, { timestamps: true })).stdout.trimEnd().split("\n");
      const times = lines.map((line) => line.split(" ")[0] ?? "");
      expect(lines.map((line) => line.split(" ")[1])).toEqual(["first", "second"]);
      expect(times.every((time) => !Number.isNaN(Date.parse(time)))).toBe(true);
      expect((await logs(id, { since: times[1] ?? "" })).stdout).toBe("second\n");
      expect((await logs(id, { until: times[0] ?? "" })).stdout).toBe("first\n");
      expect((await logs(id, { since: "1h" })).stdout).toBe("first\nsecond\n");
    });

    test("are followed until the container stops", async () => {
      const id = await box.run("echo before; read line; echo after $line", { OpenStdin: true, AttachStdin: true });
      const following = logs(id, { follow: true });
      await using joined = await box.engine.attach(id, { stdin: true, tty: false });
      await joined.write(Buffer.from("lunch\n"));
      expect((await following).stdout).toBe("before\nafter lunch\n");
    });

    test("end quietly when the signal fires, before and after the first line", async () => {
      const id = await box.run("echo hello; exec sleep 1000");
      const stop = new AbortController();
      const seen: string[] = [];
      for await (const { bytes } of box.engine.logs(id, { follow: true, timestamps: false, signal: stop.signal })) {
        seen.push(Buffer.from(bytes).toString());
        stop.abort();
      }
      expect(seen).toEqual(["hello\n"]);
      expect(await logs(id, { follow: true, signal: AbortSignal.abort() })).toEqual({ stdout: "", stderr: "" });
    });

    test("of 200,000 lines are read whole", async () => {
      const { id } = await box.finish("seq 1 200000; echo done >&2");
      const { stdout, stderr } = await logs(id);
      expect(stdout.length).toBe(1_288_895);
      expect(stdout.endsWith("199999\n200000\n")).toBe(true);
      expect(stderr).toBe("done\n");
    });

    test("of a missing container are not-found", async () => {
      await expect(logs(box.name("nobody"))).rejects.toMatchObject({ code: "not-found" });
    });
  });

  describe("attach", () => {
    test("before the start misses nothing", async () => {
      const id = await box.create("echo out; echo err >&2");
      await using joined = await box.engine.attach(id, { stdin: false, tty: false });
      const output = gather(joined.output);
      await box.engine.startContainer(id);
      expect(await output).toEqual({ stdout: "out\n", stderr: "err\n" });
    });

    test("passes input on, and its end", async () => {
      const id = await box.run("cat; echo bye", { OpenStdin: true, StdinOnce: true, AttachStdin: true });
      await using joined = await box.engine.attach(id, { stdin: true, tty: false });
      const output = gather(joined.output);
      await joined.write(Buffer.from("one\ntwo\n"));
      joined.endInput();
      expect(await output).toEqual({ stdout: "one\ntwo\nbye\n", stderr: "" });
    });

    test("can replay what was logged before", async () => {
      const id = await box.run("echo early; read line; echo late", { OpenStdin: true });
      const first = box.engine.logs(id, { follow: true, timestamps: false })[Symbol.asyncIterator]();
      await readUntil(first, "early");
      await first.return?.();
      await using joined = await box.engine.attach(id, { stdin: true, tty: false, logs: true });
      const output = gather(joined.output);
      await joined.write(Buffer.from("\n"));
      expect(await output).toEqual({ stdout: "early\nlate\n", stderr: "" });
    });

    test("ends quietly when the signal fires or it is disposed of", async () => {
      const id = await box.run("exec sleep 1000");
      const stop = new AbortController();
      const joined = await box.engine.attach(id, { stdin: false, tty: false, signal: stop.signal });
      const output = gather(joined.output);
      stop.abort();
      expect(await output).toEqual({ stdout: "", stderr: "" });
      await joined[Symbol.asyncDispose]();
      expect((await box.inspect(id)).State.Running).toBe(true);
    });

    test("of a terminal joins its one stream and follows its size", async () => {
      const script = "read line; stty size; exit 4";
      const id = await box.run(script, { Tty: true, OpenStdin: true, AttachStdin: true });
      await using joined = await box.engine.attach(id, { stdin: true, tty: true });
      const output = joined.output[Symbol.asyncIterator]();
      await box.engine.resizeContainer(id, { rows: 33, columns: 111 });
      await joined.write(Buffer.from("\n"));
      expect(await readUntil(output, "33 111")).toContain("33 111");
      expect(await box.engine.waitContainer(id)).toBe(4);
    });
  });

  describe("exec", () => {
    let id: string;
    beforeAll(async () => {
      id = await box.run("exec sleep 1000");
    });

    test("tells output and exit code", async () => {
      const { execId, joined } = await exec(box, id, ["sh", "-c", "echo out; echo err >&2; exit 5"]);
      expect(await gather(joined.output)).toEqual({ stdout: "out\n", stderr: "err\n" });
      expect(await box.engine.inspectExec(execId)).toEqual({ running: false, exitCode: 5 });
    });

    test("passes input of any size on, and its end", async () => {
      const { joined } = await exec(box, id, ["sh", "-c", "wc -c; echo end"], { stdin: true });
      const output = gather(joined.output);
      await joined.write(Buffer.alloc(3_000_000, "x"));
      joined.endInput();
      expect((await output).stdout.split(/\s+/)).toEqual(["3000000", "end", ""]);
    });

    test("gives a terminal of the size asked for", async () => {
      const { execId, joined } = await exec(box, id, ["sh", "-c", "read line; stty size; tty"], {
        tty: true,
        stdin: true,
      });
      const output = joined.output[Symbol.asyncIterator]();
      await box.engine.resizeExec(execId, { rows: 44, columns: 122 });
      await joined.write(Buffer.from("\n"));
      expect(await readUntil(output, "/dev/pts/")).toContain("44 122");
    });

    test("detached returns at once and goes on", async () => {
      const streams = { AttachStdin: false, AttachStdout: false, AttachStderr: false, Tty: false };
      const execId = await box.engine.createExec(id, {
        Cmd: ["sh", "-c", "until [ -e /tmp/go ]; do sleep 0.05; done; touch /tmp/was-here"],
        ...streams,
      });
      await box.engine.startExec(execId, { tty: false, detach: true });
      expect(await box.engine.inspectExec(execId)).toMatchObject({ running: true });
      const { joined } = await exec(box, id, [
        "sh",
        "-c",
        "touch /tmp/go; until [ -e /tmp/was-here ]; do sleep 0.05; done; echo seen",
      ]);
      expect((await gather(joined.output)).stdout).toBe("seen\n");
    });

    test("in a container that does not run is a conflict", async () => {
      const stopped = await box.create("true");
      await expect(exec(box, stopped, ["true"])).rejects.toMatchObject({ code: "conflict" });
    });

    test("of a program that is not there tells so by its exit code", async () => {
      const { execId, joined } = await exec(box, id, ["no-such-program"]);
      const { stdout, stderr } = await gather(joined.output);
      expect(stdout + stderr).toMatch(/no-such-program/);
      expect((await box.engine.inspectExec(execId)).exitCode).toBeGreaterThan(125);
    });
  });

  describe("events", () => {
    /** Of a test's own: what runs in other containers of the box may still end. */
    const labelled = (round: string) => ({
      body: { Labels: { ...box.labels, round } },
      filters: { label: [...Object.entries(box.labels).map(([key, value]) => `${key}=${value}`), `round=${round}`] },
    });

    test("none is missed after subscribing, and none from before is told", async () => {
      const { body, filters } = labelled("subscribing");
      await box.create("true", body);
      await using events = await box.engine.events({ filters });
      const id = await box.create("true", body);
      await box.engine.startContainer(id);
      const seen: string[] = [];
      for await (const { Type, Action, Actor } of events) {
        expect(Actor.ID).toBe(id);
        seen.push(`${Type} ${Action}`);
        if (Action === "die") break;
      }
      expect(seen).toEqual(expect.arrayContaining(["container create", "container start", "container die"]));
      expect(seen[0]).toBe("container create");
    });

    test("end quietly when disposed of or when the signal fires", async () => {
      const { filters } = labelled("ending");
      const unread = await box.engine.events({ filters });
      await unread[Symbol.asyncDispose]();
      const stop = new AbortController();
      const events = await box.engine.events({ filters, signal: stop.signal });
      stop.abort();
      for await (const event of events) expect.unreachable(`${event.Action} after the end`);
    });

    test.each([{ since: "1m" }, {}])("of a past period are told and end (%o)", async (begin) => {
      const id = await box.create("true");
      // The next millisecond: this one may have begun before the creation.
      const until = new Date(Date.now() + 1).toISOString();
      const events = await box.engine.events({ filters: { container: [id] }, ...begin, until });
      const seen: string[] = [];
      for await (const { Action } of events) seen.push(Action);
      expect(seen).toEqual(["create"]);
    });
  });
});
