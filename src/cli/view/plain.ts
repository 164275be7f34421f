import type { ProgressEvent } from "../../events.ts";
import { buildLines } from "./build-lines.ts";
import { watchLines } from "./watch-lines.ts";
import { resourceName } from "./resource-name.ts";

/** The lines that tell an event where nothing can be redrawn: one change, one line, no control codes. */
export function plainLines(event: ProgressEvent, { isVerbose }: { readonly isVerbose: boolean }): readonly string[] {
  switch (event.kind) {
    case "step-started":
      return [line(event.step, isVerbose ? `${event.step.doing} (${event.step.cause})` : event.step.doing)];
    case "step-progress":
      // Byte counts move many times a second: what is left is the change of phase.
      return event.current === undefined ? [line(event.step, event.text)] : [];
    case "step-succeeded":
      return event.isLeftOut === true ? [] : [line(event.step, event.text ?? event.step.done)];
    case "step-failed":
      return [line(event.step, failureText(event))];
    case "step-skipped":
      return isNews(event) ? [line(event.step, `Skipped ${event.reason}`)] : [];
    case "unchanged":
      return [line(event, event.text)];
    case "remark":
      return [event.level === "warning" ? `warning: ${event.message}` : event.message];
    case "watch":
      return watchLines(event);
    case "build":
      return buildLines(event);
    case "plan-ready":
    case "log":
    case "container-attached":
    case "container-exited":
    case "container-recreated":
      return [];
  }
}

/** Steps left out come in chains, of which the first tells enough; whoever interrupts knows why the rest is skipped. */
export function isNews(event: Extract<ProgressEvent, { kind: "step-succeeded" | "step-skipped" }>): boolean {
  if (event.kind === "step-skipped") return event.reason !== "interrupted";
  return event.isLeftOut !== true || event.step.operation === "create-container";
}

/** A failure in one line: all of it is told at the end. */
export function failureText({ message }: Extract<ProgressEvent, { kind: "step-failed" }>): string {
  return `Error ${message.split("\n", 1).join("")}`;
}

function line(thing: Parameters<typeof resourceName>[0], text: string): string {
  return ` ${resourceName(thing)}  ${text}`;
}
