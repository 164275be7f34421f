import type { LogBlock } from "./logs.ts";
import { timeKey, withoutTimes } from "./timed-lines.ts";

type Source = Omit<LogBlock, "bytes">;

interface TimedLine {
  readonly key: string;
  readonly source: Source;
  /** With its time and its line end, a character for each byte. */
  readonly text: string;
}

/** Gathers lines of several containers that the engine has put its time before, to hand them on in the order of time. */
export class MergedLines {
  readonly #lines: TimedLine[] = [];

  add({ bytes, ...source }: LogBlock): void {
    let key = "";
    for (const text of Buffer.from(bytes)
      .toString("latin1")
      .split(/(?<=\n)/)) {
      // What has no time of its own belongs to the line before.
      key = timeKey(text) ?? key;
      if (text !== "") this.#lines.push({ key, source, text });
    }
  }

  /** All lines, those of one time in the order in which they came; neighbours of one container in one block. */
  inOrder({ keepsTime }: { readonly keepsTime: boolean }): readonly LogBlock[] {
    const groups: { readonly source: Source; readonly texts: string[] }[] = [];
    for (const { source, text } of this.#lines.toSorted(byTime)) {
      const last = groups.at(-1);
      if (last !== undefined && isSame(last.source, source)) last.texts.push(text);
      else groups.push({ source, texts: [text] });
    }
    return groups.map(({ source, texts }) => {
      const text = texts.join("");
      return { ...source, bytes: Buffer.from(keepsTime ? text : withoutTimes(text), "latin1") };
    });
  }
}

function byTime(a: TimedLine, b: TimedLine): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function isSame(a: Source, b: Source): boolean {
  return a.container === b.container && a.stream === b.stream;
}
