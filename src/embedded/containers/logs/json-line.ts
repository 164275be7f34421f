import { isUtf8 } from "node:buffer";

/** Where a line came from. */
export type OutputStream = "stdout" | "stderr";

/** A line of a container's log, or a part of a long or unfinished one: only the last part ends with a newline. */
export interface LogEntry {
  readonly text: string;
  readonly stream: OutputStream;
  /** RFC 3339 in UTC with nanoseconds: its order is that of its letters. */
  readonly time: string;
}

/** Longer lines are kept in parts of this size, as Docker keeps them. */
const longestPart = 16 * 1024;

/**
 * Text as lines of Docker's json-file format: `{"log":"…\n","stream":"stdout","time":"…"}`. Every line is an entry; what
 * follows the last newline is one, too.
 */
export function jsonLines(text: string, stream: OutputStream, time: string): string {
  const [head, tail] = ['{"log":', `,"stream":"${stream}","time":"${time}"}\n`];
  let lines = "";
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline + 1;
    for (; start < end; start = partEnd(text, start, end)) {
      lines += head + JSON.stringify(text.slice(start, partEnd(text, start, end))) + tail;
    }
  }
  return lines;
}

/** Of less, the lines are made faster than looked through. */
const leastWorthLooking = 4096;
/** What a JSON string cannot hold as it is: quote, backslash, control characters. The most frequent first. */
const escaped = [0x22, 0x5c, 0x09, 0x1b, 0x0d, ...Array.from({ length: 32 }, (_, code) => code)].filter(
  (code) => code !== 0x0a,
);

/** The same for bytes; what is no UTF-8 becomes U+FFFD, as in Docker's. The result is valid until the next call. */
export function encodeJsonLines(bytes: Buffer, stream: OutputStream, time: string): Buffer {
  const isPlain = bytes.length >= leastWorthLooking && isUtf8(bytes) && !escaped.some((code) => bytes.includes(code));
  const plain = isPlain ? plainLines(bytes, stream, time) : undefined;
  return plain ?? Buffer.from(jsonLines(bytes.toString("utf8"), stream, time));
}

/** Whole lines in which nothing is to be escaped: 3 times the speed. `undefined` when one has to be cut. */
function plainLines(bytes: Buffer, stream: OutputStream, time: string): Buffer | undefined {
  const ends: number[] = [];
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, end + 1)) {
    if (end - (ends.at(-1) ?? 0) >= longestPart) return undefined;
    ends.push(end);
  }
  if (ends.at(-1) !== bytes.length - 1) return undefined;
  const head = Buffer.from('{"log":"');
  const tail = Buffer.from(`\\n","stream":"${stream}","time":"${time}"}\n`);
  const lines = spaceFor(bytes.length + ends.length * (head.length + tail.length - 1));
  let [at, start] = [0, 0];
  for (const end of ends) {
    lines.set(head, at);
    lines.set(bytes.subarray(start, end), at + head.length);
    at += head.length + end - start;
    lines.set(tail, at);
    at += tail.length;
    start = end + 1;
  }
  return lines;
}

let space: Buffer = Buffer.alloc(0);
const mostSpace = 1024 * 1024;

/** The same memory again and again: a container that writes much would otherwise leave the collector little rest. */
function spaceFor(bytes: number): Buffer {
  if (bytes > mostSpace) return Buffer.allocUnsafe(bytes);
  if (bytes > space.length) space = Buffer.allocUnsafeSlow(bytes);
  return space.subarray(0, bytes);
}

/** Never between the two halves of a character. */
function partEnd(text: string, start: number, end: number): number {
  if (end - start <= longestPart) return end;
  const cut = start + longestPart;
  const before = text.charCodeAt(cut - 1);
  return before >= 0xd800 && before < 0xdc00 ? cut - 1 : cut;
}

const shape = /^\{"log":(?<text>".*"),"stream":"(?<stream>stdout|stderr)","time":"(?<time>[^"]+)"\}$/;

/** Reads a line of a log file; `undefined` for what is none: a write that a power failure cut off. */
export function parseJsonLine(line: string): LogEntry | undefined {
  const found = shape.exec(line)?.groups;
  if (found === undefined) return parseOther(line);
  const { text = "", stream, time = "" } = found;
  try {
    return { text: textOf(text), stream: stream === "stderr" ? "stderr" : "stdout", time };
  } catch {
    return undefined;
  }
}

/** Most lines hold nothing that is escaped but their newline. */
function textOf(quoted: string): string {
  const backslash = quoted.indexOf("\\");
  if (backslash < 0) return quoted.slice(1, -1);
  if (backslash === quoted.length - 3 && quoted.endsWith('\\n"')) return `${quoted.slice(1, -3)}\n`;
  return JSON.parse(quoted) as string;
}

/** What dockerd or somebody else wrote, with attributes or other spacing. */
function parseOther(line: string): LogEntry | undefined {
  try {
    const { log, stream, time } = JSON.parse(line) as { log?: unknown; stream?: unknown; time?: unknown };
    if (typeof log !== "string" || typeof time !== "string") return undefined;
    return { text: log, stream: stream === "stderr" ? "stderr" : "stdout", time };
  } catch {
    return undefined;
  }
}
