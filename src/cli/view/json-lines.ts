import type { ProgressEvent } from "../../events.ts";
import { isNews } from "./plain.ts";
import { resourceName } from "./resource-name.ts";

/** One line of `--progress json`, in the shape of Docker Compose; `undefined` where an event has nothing to tell. */
export function jsonLine(event: ProgressEvent): object | undefined {
  switch (event.kind) {
    case "step-started":
      return { id: resourceName(event.step), status: "Working", text: event.step.doing, cause: event.step.cause };
    case "step-progress": {
      const { text, current, total } = event;
      const percent = current === undefined || !total ? undefined : Math.floor((100 * current) / total);
      return { id: resourceName(event.step), status: "Working", text, current, total, percent };
    }
    case "step-succeeded":
      if (!isNews(event)) return undefined;
      return { id: resourceName(event.step), status: "Done", text: event.text ?? event.step.done };
    case "step-failed":
      return { id: resourceName(event.step), status: "Error", text: "Error", details: event.message, hint: event.hint };
    case "step-skipped":
      if (!isNews(event)) return undefined;
      return { id: resourceName(event.step), status: "Warning", text: "Skipped", details: event.reason };
    case "unchanged":
      return { id: resourceName(event), status: "Done", text: event.text };
    case "remark":
      return { level: event.level, message: event.message };
    case "log": {
      const { container, service, stream, line, timestamp } = event;
      return { container, service, stream, message: line, timestamp };
    }
    case "container-attached":
      return { id: event.container, service: event.service, status: "Done", text: "Attached" };
    case "container-exited": {
      const { container, service, exitCode, isRestarting } = event;
      return {
        id: container,
        service,
        status: isRestarting ? "Working" : "Done",
        text: "Exited",
        exitCode,
        isRestarting,
      };
    }
    case "container-recreated":
      return { id: event.container, service: event.service, status: "Done", text: "Recreated" };
    case "watch": {
      const { service, action, state, paths, container, message, hint } = event;
      const status = { started: "Working", done: "Done", failed: "Error" }[state];
      return { id: `Watch ${service}`, service, status, text: action, paths, container, details: message, hint };
    }
    case "build": {
      const { step, buildStep, state } = event;
      const { kind, ...details } = state;
      const status = kind === "failed" ? "Error" : kind === "done" || kind === "cached" ? "Done" : "Working";
      const about = { id: `#${buildStep.number}`, parent_id: resourceName(step), service: step.service };
      return { ...about, status, text: buildStep.name, state: kind, ...details };
    }
    case "plan-ready":
      return undefined;
  }
}
