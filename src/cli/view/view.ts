import type { Emit, ProgressEvent } from "../../events.ts";
import type { Display } from "../display.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "./json-lines.ts";
import { paintFor } from "./paint.ts";
import { plainLines } from "./plain.ts";

/** Draws events for whoever watches: events go in, lines come out, nothing is decided here. */
export interface View extends AsyncDisposable {
  readonly emit: Emit;
  /** Prints whole lines without disturbing what is being drawn: the way for the output of containers. */
  print(stream: "stdout" | "stderr", lines: string | Uint8Array): void;
}

/** What to draw with. */
export interface ViewOptions {
  readonly display: Display;
  readonly io: Io;
  /** Where progress goes: stderr, unless someone asks otherwise, since stdout belongs to results. */
  readonly status: "stdout" | "stderr";
  readonly isVerbose: boolean;
}

/** Opens the view that `display` names. */
export async function openView(options: ViewOptions): Promise<View> {
  switch (options.display.progress) {
    case "tty":
      return openLive(options);
    case "plain":
      return lineView(options, (event) => plainLines(event, options));
    case "json":
      return lineView(options, (event) => [jsonLine(event)].flatMap((line) => (line ? [JSON.stringify(line)] : [])));
    case "quiet":
      return lineView(options, quietLines);
  }
}

function lineView({ io, status }: ViewOptions, linesOf: (event: ProgressEvent) => readonly string[]): View {
  const skipped = new Set<string>();
  return {
    emit(event) {
      // Of one thing many steps may be skipped, for the same reason.
      if (event.kind === "step-skipped" && skipped.has(event.step.name)) return;
      if (event.kind === "step-skipped") skipped.add(event.step.name);
      const lines = linesOf(event);
      if (lines.length > 0) io[status].write(lines.map((line) => `${line}\n`).join(""));
    },
    print: (stream, lines) => io[stream].write(lines),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function openLive({ io, display, status }: ViewOptions): Promise<View> {
  const { LiveProgress } = await import("./live.ts");
  const live = new LiveProgress(io[status], paintFor(display.colorsOn(io[status])));
  return {
    emit: (event) => live.show(event),
    // Only what lands on the same terminal can disturb the block; a file or a pipe is written at once.
    print: (stream, lines) => (io[stream].isTTY ? live.print(io[stream], lines) : io[stream].write(lines)),
    [Symbol.asyncDispose]: () => live[Symbol.asyncDispose](),
  };
}

/** Quiet is about progress: a warning is still heard. */
function quietLines(event: ProgressEvent): readonly string[] {
  return event.kind === "remark" && event.level === "warning" ? [`warning: ${event.message}`] : [];
}
