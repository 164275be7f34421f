import type { LogBlock } from "../../actions/logs.ts";
import type { Output } from "../io.ts";

/** Foreground colours in the order in which Docker Compose hands them out, for ever around. */
const colors = ["36", "33", "32", "35", "34", "36;1", "33;1", "32;1", "35;1", "34;1"] as const;
const reset = "\u001b[0m";

/** How lines are told apart. */
export interface LogLinesOptions {
  readonly isColored: boolean;
  readonly hasPrefix: boolean;
}

interface Source {
  readonly color: string;
  prefix: string;
}

/**
 * Writes output of several containers with aligned prefixes: `web-1  | line`. Text is handled as bytes in one piece, not
 * line by line: what is no text passes unharmed, and a long log costs little.
 */
export class LogLines {
  readonly #options: LogLinesOptions;
  readonly #sources = new Map<string, Source>();
  #width = 0;

  constructor(options: LogLinesOptions) {
    this.#options = options;
  }

  /** Makes a container known, so that prefixes are wide enough for it before it writes. */
  register(name: string): void {
    if (this.#sources.has(name)) return;
    const color = colors[this.#sources.size % colors.length] ?? "";
    this.#sources.set(name, { color, prefix: "" });
    this.#width = Math.max(this.#width, name.length + 1);
    for (const [each, source] of this.#sources) source.prefix = this.#prefixOf(each, source);
  }

  /** Writes whole lines, in the bytes that the container wrote. */
  write(output: Output, name: string, lines: Uint8Array): void {
    const prefix = this.#source(name).prefix;
    output.write(prefix === "" ? lines : prefixed(lines, prefix));
  }

  /** Writes a remark about a container, such as its end; on a terminal it takes the place of what stands on the line. */
  note(output: Output, name: string, text: string): void {
    const clear = output.isTTY ? "\r\u001b[K" : "";
    output.write(this.#paint(`${clear}${name} ${text}\n`, this.#source(name)));
  }

  #source(name: string): Source {
    this.register(name);
    return this.#sources.get(name) ?? { color: "", prefix: "" };
  }

  #prefixOf(name: string, source: Source): string {
    return this.#options.hasPrefix ? this.#paint(`${name.padEnd(this.#width)} | `, source) : "";
  }

  #paint(text: string, { color }: Source): string {
    return this.#options.isColored ? `\u001b[${color}m${text}${reset}` : text;
  }
}

/** Latin 1 has a character for every byte: text in it can be searched and joined, and comes back as the same bytes. */
function prefixed(lines: Uint8Array, prefix: string): Uint8Array {
  const bytes = Buffer.from(prefix).toString("latin1");
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString("latin1", 0, lines.length - 1);
  return Buffer.from(`${bytes}${text.replaceAll("\n", `\n${bytes}`)}\n`, "latin1");
}

/** Output for machines: one object per line, as `--progress json` has it; a time before each line is told apart. */
export function jsonLogLines(
  { container, service, stream, bytes }: LogBlock,
  { hasTimes = false }: { readonly hasTimes?: boolean } = {},
): string {
  const lines = Buffer.from(bytes).toString("utf8").replace(/\n$/, "").split("\n");
  return lines
    .map((line) => {
      const [, timestamp, message = line] = (hasTimes ? /^(\S+) (.*)$/s.exec(line) : undefined) ?? [];
      return `${JSON.stringify({ container, service, stream, message, timestamp })}\n`;
    })
    .join("");
}
