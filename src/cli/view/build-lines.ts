import type { BuildEvent } from "../../events.ts";

/** The lines that tell what a builder does, as people know them from BuildKit: `#5 [web 2/3] RUN make`. */
export function buildLines({ buildStep: { number, name }, state }: BuildEvent): readonly string[] {
  const at = `#${number}`;
  switch (state.kind) {
    case "started":
      return [`${at} ${name}`];
    case "output":
      return [`${at} ${state.line}`];
    case "part-done":
      return [`${at} ${state.text}${sizeOf(state.bytes)} done`];
    case "done":
      return [`${at} DONE ${(state.elapsedMs / 1000).toFixed(1)}s`];
    case "cached":
      return [`${at} ${name}`, `${at} CACHED`];
    case "failed":
      return [`${at} ERROR: ${state.message}`];
    case "transfer":
      // Byte counts move many times a second: that it is over is told once.
      return [];
  }
}

/** What a builder is at, in one line that is redrawn; undefined: nothing new. */
export function buildText({ buildStep: { name }, state }: BuildEvent): string | undefined {
  switch (state.kind) {
    case "started":
      return name;
    case "output":
      return state.line;
    case "transfer":
      return `${state.text}${sizeOf(state.current)}${sizeOf(state.total).replace(": ", "/")}`;
    case "part-done":
    case "done":
    case "cached":
    case "failed":
      return undefined;
  }
}

function sizeOf(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  const units = ["B", "kB", "MB", "GB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `: ${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 2)}${units[power]}`;
}
