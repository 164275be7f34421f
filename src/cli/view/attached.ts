import type { LogBlock } from "../../actions/logs.ts";
import type { Emit } from "../../events.ts";
import type { Display } from "../display.ts";
import type { Io, Output } from "../io.ts";
import { jsonLogLines, LogLines } from "./log-lines.ts";
import type { View } from "./view.ts";

/** How lines of containers look beside progress. */
export interface AttachedStyle {
  readonly noColor?: boolean;
  readonly noLogPrefix?: boolean;
}

/** Output of containers and progress on the same terminal: where events and output of an attached `up` go. */
export interface AttachedView {
  readonly emit: Emit;
  readonly write: (block: LogBlock) => void;
}

/** Draws through a view; each container's stdout stays stdout and its stderr stderr, remarks about it go to stderr. */
export function attachedView(
  view: View,
  { io, display, style }: { readonly io: Io; readonly display: Display; readonly style: AttachedStyle },
): AttachedView {
  if (display.progress === "json")
    return { emit: view.emit, write: (block) => view.print("stdout", jsonLogLines(block)) };
  const through = (stream: "stdout" | "stderr"): { readonly output: Output; readonly lines: LogLines } => ({
    output: { isTTY: io[stream].isTTY, write: (data) => view.print(stream, data) },
    lines: new LogLines({
      isColored: style.noColor !== true && display.colorsOn(io[stream]),
      hasPrefix: style.noLogPrefix !== true,
    }),
  });
  const streams = { stdout: through("stdout"), stderr: through("stderr") };
  const note = (container: string, text: string): void =>
    streams.stderr.lines.note(streams.stderr.output, container, text);
  return {
    write({ container, stream, bytes }) {
      const { lines, output } = streams[stream];
      lines.write(output, container, bytes);
    },
    emit(event) {
      view.emit(event);
      if (event.kind === "container-attached") {
        for (const { lines } of Object.values(streams)) lines.register(event.container);
      }
      if (event.kind === "container-recreated") note(event.container, "has been recreated");
      if (event.kind !== "container-exited") return;
      note(event.container, `exited with code ${event.exitCode}${event.isRestarting ? " (restarting)" : ""}`);
    },
  };
}
