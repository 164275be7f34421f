import type { CriticalPath } from "../../actions/timing.ts";

/** A critical path, as lines for people or as one line of JSON; with its line end. */
export function timingText(path: CriticalPath, { isJson }: { readonly isJson: boolean }): string {
  return isJson ? `${JSON.stringify({ timing: path })}\n` : `${timingLines(path).join("\n")}\n`;
}

/** A critical path for people: each step with its time, then the dependency that cost most. */
export function timingLines({ totalMs, steps, costliest }: CriticalPath): readonly string[] {
  if (steps.length === 0) return ["Timing: nothing had to be done"];
  const share = (ms: number): string => `${Math.round((100 * ms) / Math.max(1, totalMs))} %`;
  return [
    `Timing: ${seconds(totalMs)}, of which the critical path:`,
    ...steps.map(({ text, tookMs }) => `  ${seconds(tookMs).padStart(8)}  ${text}`),
    ...(costliest === undefined
      ? []
      : [
          `  costliest dependency: ${costliest.service} waited ${seconds(costliest.waitedMs)} for ${costliest.waitedFor}` +
            ` (${share(costliest.waitedMs)})`,
        ]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)}s`;
}
