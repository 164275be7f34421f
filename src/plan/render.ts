import { shortName } from "./names.ts";
import type { Operation } from "./operation.ts";
import type { Guard, Plan, Step } from "./plan.ts";

/** How much to say. */
export interface RenderOptions {
  /** Number the steps and tell what each waits for. */
  readonly withOrder?: boolean;
}

/** A plan as lines, one per step with its cause: `recreate web-1: environment.PORT 80 -> 81`. */
export function renderPlan(plan: Plan, { withOrder = false }: RenderOptions = {}): string[] {
  return plan.steps.map((step) => {
    const line = `${describe(step.operation, plan.project)}: ${step.cause}${guardText(step, plan.project)}`;
    return withOrder ? `#${step.id} ${line}${orderText(step)}` : line;
  });
}

/** What an operation does, in a few words: `create network front`. */
export function describe(operation: Operation, project: string): string {
  const short = (name: string): string => shortName(name, project);
  switch (operation.kind) {
    case "pull-image":
      return `pull ${operation.image}${operation.platform === undefined ? "" : ` for ${operation.platform}`}`;
    case "push-image":
      return `push ${operation.image}`;
    case "build-image":
      return `build ${operation.image}`;
    case "remove-image":
      return `remove image ${operation.image}`;
    case "create-network":
      return `create network ${short(operation.name)}`;
    case "remove-network":
      return `remove network ${short(operation.name)}`;
    case "connect-network":
      return `connect ${short(operation.container)} to network ${short(operation.network)}`;
    case "disconnect-network":
      return `disconnect ${short(operation.container)} from network ${short(operation.network)}`;
    case "create-volume":
      return `create volume ${short(operation.name)}`;
    case "remove-volume":
      return `remove volume ${short(operation.name)}`;
    case "create-container":
      return `${operation.replaces === undefined ? "create" : "recreate"} ${short(operation.finalName)}`;
    case "upload-files":
      return `copy ${operation.files.map(({ path }) => path).join(", ")} into ${short(operation.container)}`;
    case "start-container":
      return `start ${short(operation.container)}`;
    case "unpause-container":
      return `unpause ${short(operation.container)}`;
    case "pause-container":
      return `pause ${short(operation.container)}`;
    case "restart-container":
      return `restart ${short(operation.container)}`;
    case "kill-container":
      return `send ${operation.signal} to ${short(operation.container)}`;
    case "stop-container":
      return `stop ${operation.isReplaced === true ? "old " : ""}${short(operation.name)}`;
    case "remove-container":
      return `remove ${operation.isReplaced === true ? "old " : ""}${short(operation.name)}`;
    case "update-container":
      return `update ${short(operation.name)}`;
    case "rename-container":
      return `rename to ${short(operation.name)}`;
    case "run-hook":
      return `run ${operation.moment} hook of ${operation.service}`;
    case "await-containers":
      return `wait for ${operation.service} to be ${operation.until.replaceAll("-", " ")}`;
    case "monitor-containers":
      return `watch over ${operation.containers.map(short).join(", ")} for ${operation.forMs / 1000}s`;
    case "run-provider":
      return `run ${operation.type} ${operation.verb} for ${operation.service}`;
    case "run-model":
      return `${operation.verb} model ${operation.model}`;
    case "delay":
      return `wait ${operation.forMs / 1000}s`;
  }
}

function guardText({ when = [], ifFailed, ifMoreFailed, unlessMoreFailed }: Step, project: string): string {
  const conditions = when.map((guard) => describeGuard(guard, project)).join(" or ");
  const texts = [
    ...failureTexts({ ifFailed, ifMoreFailed }),
    ...(unlessMoreFailed === undefined ? [] : [`no more than ${unlessMoreFailed.than} of the steps before fail`]),
    ...(conditions === "" ? [] : [conditions]),
  ];
  return texts.length === 0 ? "" : ` (only if ${texts.join(", and ")})`;
}

function failureTexts({
  ifFailed,
  ifMoreFailed,
}: { readonly [Key in "ifFailed" | "ifMoreFailed"]: Step[Key] | undefined }): string[] {
  const texts = [
    ...(ifFailed === undefined ? [] : ["a step before fails"]),
    ...(ifMoreFailed === undefined ? [] : [`more than ${ifMoreFailed.than} of the steps before fail`]),
  ];
  return texts.length === 0 ? [] : [texts.join(" or ")];
}

function describeGuard(guard: Guard, project: string): string {
  if (guard.kind === "variables-changed") return `variables of ${guard.provider} changed`;
  const image = shortName(guard.image, project);
  return guard.kind === "image-changed" ? `image ${image} changed` : `image ${image} is absent`;
}

function orderText({ after, afterEnd = [], ifMoreFailed, unlessMoreFailed, ...rest }: Step): string {
  const ifFailed = [
    ...new Set([...(rest.ifFailed ?? []), ...(ifMoreFailed?.of ?? []), ...(unlessMoreFailed?.of ?? [])]),
  ];
  const failing = ifFailed.length === 0 ? [] : [`a failure of ${ifFailed.map((id) => `#${id}`).join(" or ")}`];
  const names = [...after.map((id) => `#${id}`), ...afterEnd.map((id) => `#${id} however it ends`), ...failing];
  return names.length === 0 ? "" : ` <- ${names.join(", ")}`;
}
