import type { OutputChunk } from "../engine/engine.ts";

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) `;
const timeAtStart = new RegExp(`^${time}`);
const timeOfEveryLine = new RegExp(`^${time}`, "gm");

/** Docker cuts long lines into messages of 16 KiB, and each message has a time of its own. */
const messageBytes = 16_384;

/**
 * Lines of one container that the engine has put its time before. A log that is followed may run on into the next run of
 * its container, or end before: by its time a line is known, so that none is handed on twice when reading starts again.
 */
export class TimedLines {
  readonly #keepsTime: boolean;
  readonly #last: Partial<Record<OutputChunk["stream"], string>> = {};
  #latest: string | undefined;

  constructor({ keepsTime }: { readonly keepsTime: boolean }) {
    this.#keepsTime = keepsTime;
  }

  /** Time of the line that was handed on last, in RFC 3339 with nanoseconds. */
  get latest(): string | undefined {
    return this.#latest;
  }

  /** Whether all of these whole lines were handed on; of lines without a time nobody can tell, and they count as known. */
  knows({ stream, bytes }: OutputChunk): boolean {
    const key = timeKey(lastLineOf(textOf(bytes)));
    return key === undefined || key <= (this.#last[stream] ?? "");
  }

  /** Of whole lines, those that are new, without the time unless it is wanted; undefined when all are known. */
  take({ stream, bytes }: OutputChunk): Uint8Array | undefined {
    const text = this.#unseen(stream, textOf(bytes));
    if (text === "") return undefined;
    const lastLine = lastLineOf(text);
    this.#last[stream] = timeKey(lastLine) ?? this.#last[stream] ?? "";
    this.#latest = timeAtStart.exec(lastLine)?.[0].trimEnd() ?? this.#latest;
    return Buffer.from(this.#keepsTime ? text : withoutTimes(text), "latin1");
  }

  #unseen(stream: OutputChunk["stream"], text: string): string {
    const last = this.#last[stream] ?? "";
    const isKnown = (line: string): boolean => (timeKey(line) ?? "~") <= last;
    let begin = 0;
    // Lines come in the order of their times: after the first new one all are new.
    while (begin < text.length && isKnown(text.slice(begin, begin + 40))) begin = text.indexOf("\n", begin) + 1;
    return begin === 0 ? text : text.slice(begin);
  }
}

/** Latin 1 has a character for every byte: what is no text passes unharmed. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function lastLineOf(text: string): string {
  return text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
}

/** A form of the time that sorts: some engines leave out zeros at the end of the fraction. */
export function timeKey(line: string): string | undefined {
  const found = timeAtStart.exec(line)?.[0];
  if (found === undefined) return undefined;
  const fraction = /\.(\d+)/.exec(found)?.[1] ?? "";
  return `${found.slice(0, "2026-01-01T00:00:00".length)}.${fraction.padEnd(9, "0")}`;
}

/** Lines without the time before each. */
export function withoutTimes(text: string): string {
  const plain = text.replace(timeOfEveryLine, "");
  return plain.length <= messageBytes ? plain : plain.replaceAll(/.{16385,}/g, joinMessages);
}

/** Takes the times out of a line that came as several messages; the first has lost its own already. */
function joinMessages(line: string): string {
  let joined = line.slice(0, messageBytes);
  let rest = line.slice(messageBytes);
  for (let found = timeAtStart.exec(rest); found !== null; found = timeAtStart.exec(rest)) {
    joined += rest.slice(found[0].length, found[0].length + messageBytes);
    rest = rest.slice(found[0].length + messageBytes);
  }
  return joined + rest;
}
