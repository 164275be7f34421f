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
