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

  constructor({ keepsTime }: { readonly keepsTime: boolean }) {
    this.#keepsTime = keepsTime;
  }

  /** Of whole lines, those that are new, without the time unless it is wanted; undefined when all are known. */
  take({ stream, bytes }: OutputChunk): Uint8Array | undefined {
    // Latin 1 has a character for every byte: what is no text passes unharmed.
    const text = this.#unseen(stream, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
    if (text === "") return undefined;
    const lastLine = text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
    this.#last[stream] = timeKey(lastLine) ?? this.#last[stream] ?? "";
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
