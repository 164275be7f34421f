import { expect, test } from "vitest";
import { copyLog, type CopyOptions, type LogsContext } from "../../../src/actions/logs.ts";
import { TimedLines } from "../../../src/actions/timed-lines.ts";
import type { Engine, LogOptions, OutputChunk } from "../../../src/engine/engine.ts";
import { EngineError } from "../../../src/errors.ts";

const line = (second: number, text: string): string => `2026-11-21T06:12:0${second}.000000000Z ${text}\n`;
const timeOf = (written: string): string => written.slice(0, 30);

/** An engine whose log says this in the end, but was closed after some of the lines when it was followed. */
function forgetful(
  written: readonly string[],
  shown: number,
  broken?: EngineError,
): { engine: Engine; asked: LogOptions[] } {
  const asked: LogOptions[] = [];
  async function* logs(_id: string, options: LogOptions): AsyncGenerator<OutputChunk> {
    asked.push(options);
    if (!options.follow && broken !== undefined) throw broken;
    const { tail = written.length, since = "" } = options;
    const wanted = options.follow ? written.slice(0, shown) : written.slice(written.length - tail);
    const text = wanted.filter((each) => timeOf(each) >= since).join("");
    if (text !== "" && options.tail !== 0) yield { stream: "stdout", bytes: Buffer.from(text) };
  }
  return { engine: { logs } as unknown as Engine, asked };
}

async function copied(engine: Engine, options: Omit<CopyOptions, "timed"> = {}): Promise<string> {
  let output = "";
  const context = {
    engine,
    emit: () => {},
    signal: new AbortController().signal,
    write: ({ bytes }: { bytes: Uint8Array }) => void (output += Buffer.from(bytes).toString()),
  } as unknown as LogsContext;
  const timed = new TimedLines({ keepsTime: false });
  const container = { id: "id", name: "app-web-1", service: "web", number: 1 };
  await copyLog(container, { name: "app" }, { follow: true, ...options, timed }, context);
  return output;
}

const written = [line(1, "one"), line(2, "two"), line(3, "three")];

test("hands on the lines that were not sent before the log was closed", async () => {
  expect(await copied(forgetful(written, 1).engine)).toBe("one\ntwo\nthree\n");
  expect(await copied(forgetful(written, 0).engine)).toBe("one\ntwo\nthree\n");
});

test("asks for one line only when none is missing", async () => {
  const { engine, asked } = forgetful(written, 3);
  expect(await copied(engine)).toBe("one\ntwo\nthree\n");
  expect(asked.map(({ follow, tail }) => ({ follow, tail }))).toEqual([
    { follow: true, tail: undefined },
    { follow: false, tail: 1 },
  ]);
});

test("does not go back behind what was wanted", async () => {
  expect(await copied(forgetful(written, 0).engine, { tail: 0 })).toBe("");
  expect(await copied(forgetful(written, 0).engine, { since: timeOf(written[2] ?? "") })).toBe("three\n");
});

test("is content when the container is gone with its log", async () => {
  const gone = new EngineError({ code: "not-found", message: "No such container: id", doing: "reading logs" });
  expect(await copied(forgetful(written, 1, gone).engine)).toBe("one\n");
});
