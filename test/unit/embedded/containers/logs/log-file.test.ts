import { appendFileSync, existsSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  encodeJsonLines,
  jsonLines,
  parseJsonLine,
  type LogEntry,
} from "../../../../../src/embedded/containers/logs/json-line.ts";
import { LogFile } from "../../../../../src/embedded/containers/logs/log-file.ts";
import { logOptions } from "../../../../../src/embedded/containers/logs/log-options.ts";
import { readLogs, type LogRange } from "../../../../../src/embedded/containers/logs/read-logs.ts";

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000000Z`;
const both = new Set(["stdout", "stderr"] as const);
const all = { isOff: false, maxBytes: Infinity, maxFiles: 1 };

let folder: { readonly path: string; remove(): void };
let path: string;
beforeEach(() => {
  folder = mkdtempDisposableSync(join(tmpdir(), "log-"));
  path = join(folder.path, "log");
});
afterEach(() => folder.remove());

async function read(range: Partial<LogRange> = {}, live?: LogFile): Promise<string[]> {
  const { signal } = new AbortController();
  const batches = await Array.fromAsync(readLogs(path, { streams: both, ...range }, { live, signal }));
  return batches.flat().map(({ text }) => text);
}

/** Lines `1` to `count`, one second after the other. */
function written(count: number, options: Partial<typeof all> = {}): LogFile {
  const log = new LogFile(path, { ...all, ...options });
  for (let line = 1; line <= count; line += 1)
    log.write(Buffer.from(`${line}\n`), line % 3 === 0 ? "stderr" : "stdout", at(line));
  return log;
}

describe("a line of the log", () => {
  test.each<[string, readonly string[]]>([
    ["one\ntwo\n", ["one\n", "two\n"]],
    ["one\nrest", ["one\n", "rest"]],
    ["\n\n", ["\n", "\n"]],
    ['a "quoted" \\n tab\t\u0001 ünï 😀\n', ['a "quoted" \\n tab\t\u0001 ünï 😀\n']],
    [`${"x".repeat(16 * 1024 + 5)}\n`, ["x".repeat(16 * 1024), "xxxxx\n"]],
    [`${"x".repeat(16 * 1024 - 1)}😀\n`, ["x".repeat(16 * 1024 - 1), "😀\n"]],
  ])("is read as it was written: %#", (text, expected) => {
    const lines = jsonLines(text, "stderr", at(1));
    expect(lines.endsWith("\n")).toBe(true);
    const entries = lines.trimEnd().split("\n").map(parseJsonLine);
    expect(entries).toEqual(expected.map((part): LogEntry => ({ text: part, stream: "stderr", time: at(1) })));
    expect(
      lines
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { log: string }).log),
    ).toEqual(expected);
  });

  test.each<[string, Buffer]>([
    ["plain", Buffer.from("plain ünï 😀 line\n".repeat(1000))],
    ["quoted", Buffer.from('a "quoted" line\n'.repeat(1000))],
    ["unfinished", Buffer.from(`${"line\n".repeat(2000)}rest`)],
    ["long", Buffer.from(`${"x".repeat(40_000)}\n`)],
    ["of colours", Buffer.from("\u001b[31mred\u001b[0m\n".repeat(1000))],
    ["no text", Buffer.concat([Buffer.from("line\n".repeat(2000)), Buffer.from([0xff, 0xfe, 0x0a])])],
  ])("is the same whichever way many of them are made: %s", (_what, bytes) => {
    expect(encodeJsonLines(bytes, "stdout", at(1)).toString()).toBe(jsonLines(bytes.toString(), "stdout", at(1)));
  });

  test("is read when another engine wrote it", () => {
    const line = `{"log":"a\\u003cb\\n", "attrs":{"x":"y"}, "stream":"stderr","time":"${at(1)}"}`;
    expect(parseJsonLine(line)).toEqual({ text: "a<b\n", stream: "stderr", time: at(1) });
    expect(parseJsonLine('{"log":"cut o')).toBeUndefined();
    expect(parseJsonLine("7")).toBeUndefined();
  });
});

describe("a log", () => {
  test("is read whole, by stream and by time", async () => {
    written(6).close();
    expect(await read()).toEqual(["1\n", "2\n", "3\n", "4\n", "5\n", "6\n"]);
    expect(await read({ streams: new Set(["stderr"]) })).toEqual(["3\n", "6\n"]);
    expect(await read({ since: at(2), until: at(3) })).toEqual(["2\n", "3\n"]);
  });

  test("is cut to its last lines, however long it is", async () => {
    written(20_000).close();
    expect(await read({ tail: 0 })).toEqual([]);
    expect(await read({ tail: 2 })).toEqual(["19999\n", "20000\n"]);
    expect((await read({ tail: 15_000 })).length).toBe(15_000);
    expect((await read({ tail: 30_000 })).length).toBe(20_000);
    expect(await read({ tail: 1, streams: new Set(["stderr"]) })).toEqual(["19998\n"]);
  });

  test("counts a line in parts as one, and an unfinished one, too", async () => {
    const log = written(2);
    log.write(Buffer.from("long"), "stdout", at(3));
    log.write(Buffer.from(" line\n"), "stdout", at(3));
    log.write(Buffer.from("prompt> "), "stdout", at(4));
    log.close();
    expect(await read({ tail: 1 })).toEqual(["prompt> "]);
    expect(await read({ tail: 2 })).toEqual(["long", " line\n", "prompt> "]);
    expect(await read({ tail: 3 })).toEqual(["2\n", "long", " line\n", "prompt> "]);
  });

  test("makes room: the oldest file goes", async () => {
    written(9, { maxBytes: 140, maxFiles: 3 }).close();
    expect([0, 1, 2, 3].map((nth) => existsSync(nth === 0 ? path : `${path}.${nth}`))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(await read()).toEqual(["5\n", "6\n", "7\n", "8\n", "9\n"]);
    expect(await read({ tail: 3 })).toEqual(["7\n", "8\n", "9\n"]);
    expect(await read({ tail: 5 })).toEqual(["5\n", "6\n", "7\n", "8\n", "9\n"]);
  });

  test("of one file begins anew when it is full", async () => {
    written(5, { maxBytes: 140 }).close();
    expect(await read()).toEqual(["5\n"]);
    expect(existsSync(`${path}.1`)).toBe(false);
  });

  test("goes on where an earlier engine left it, and heals what a power failure cut", async () => {
    written(1).close();
    appendFileSync(path, '{"log":"cu');
    const log = new LogFile(path, all);
    log.write(Buffer.from("2\n"), "stdout", at(2));
    log.close();
    expect(await read()).toEqual(["1\n", "2\n"]);
  });

  test("that is off keeps nothing", () => {
    const log = new LogFile(path, logOptions({ LogConfig: { Type: "none" } }));
    log.write(Buffer.from("secret\n"), "stdout", at(1));
    expect(readFileSync(path, "utf8")).toBe("");
    log.close();
  });

  test("has no options where a client sends none", () => {
    expect(logOptions({ LogConfig: { Type: "", Config: null } })).toEqual(all);
  });

  test("that is not there is empty", async () => {
    expect(await read()).toEqual([]);
    expect(await read({ tail: 5 })).toEqual([]);
    writeFileSync(path, "");
    expect(await read({ tail: 5 })).toEqual([]);
  });
});

describe("a follower", () => {
  test("reads what is there and what comes, through files that take turns, until the log is closed", async () => {
    const log = written(2, { maxBytes: 140, maxFiles: 4 });
    const { signal } = new AbortController();
    const seen: string[] = [];
    for await (const batch of readLogs(path, { streams: both }, { live: log, signal })) {
      seen.push(...batch.map(({ text }) => text));
      const next = seen.length + 1;
      if (next <= 9) log.write(Buffer.from(`${next}\n`), "stdout", at(next));
      else log.close();
    }
    expect(seen.join("")).toBe("1\n2\n3\n4\n5\n6\n7\n8\n9\n");
  });

  test("misses nothing that is written between its reads", async () => {
    const log = written(0);
    const reading = read({}, log);
    for (let line = 0; line < 5000; line += 1) {
      log.write(Buffer.from(`${line}\n`), "stdout", at(1));
      if (line % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    log.close();
    expect((await reading).join("")).toBe(Array.from({ length: 5000 }, (_, line) => `${line}\n`).join(""));
  });

  test("that is slow goes on with the oldest file that is left", async () => {
    const log = written(2, { maxBytes: 140, maxFiles: 2 });
    const { signal } = new AbortController();
    const reader = readLogs(path, { streams: both }, { live: log, signal });
    expect((await reader.next()).value?.map(({ text }: LogEntry) => text)).toEqual(["1\n", "2\n"]);
    for (let line = 3; line <= 12; line += 1) log.write(Buffer.from(`${line}\n`), "stdout", at(line));
    log.close();
    const rest = (await Array.fromAsync(reader)).flat().map(({ text }) => text);
    expect(rest).toEqual(["9\n", "10\n", "11\n", "12\n"]);
  });

  test("ends when the signal fires, and when the last line wanted was read", async () => {
    const log = written(1);
    const stop = new AbortController();
    const reader = readLogs(path, { streams: both }, { live: log, signal: stop.signal });
    await reader.next();
    const waiting = reader.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
    const until = read({ until: at(1) }, log);
    log.write(Buffer.from("2\n"), "stdout", at(2));
    expect(await until).toEqual(["1\n"]);
    log.close();
  });
});

describe("options of a log", () => {
  test.each<[Record<string, string>, object]>([
    [{}, all],
    [
      { "max-size": "10m", "max-file": "3" },
      { isOff: false, maxBytes: 10 * 1024 * 1024, maxFiles: 3 },
    ],
    [{ "max-size": "1.5k" }, { isOff: false, maxBytes: 1536, maxFiles: 1 }],
  ])("%j", (Config, expected) => {
    expect(logOptions({ LogConfig: { Type: "json-file", Config } })).toEqual(expected);
  });

  test.each<[string, Record<string, string>]>([
    ["syslog", {}],
    ["json-file", { "max-size": "much" }],
    ["json-file", { "max-file": "0" }],
    ["json-file", { "max-file": "2" }],
    ["json-file", { colour: "red" }],
    ["json-file", { compress: "true", "max-size": "1m" }],
  ])("%s %j is refused", (Type, Config) => {
    expect(() => logOptions({ LogConfig: { Type, Config } })).toThrow(expect.objectContaining({ status: 400 }));
  });
});
