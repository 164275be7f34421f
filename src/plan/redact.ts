import type { LateValue, Operation } from "./operation.ts";
import type { Plan } from "./plan.ts";
import { coverArguments, covered, coverText, isSecretName } from "./secrets.ts";

/** A plan to be looked at: its secrets are covered, so nobody can carry it out. */
export interface RedactedPlan extends Plan {
  readonly isRedacted: true;
}

/** Covers what containers, networks, volumes and builds are given in secret. */
export function redactPlan(plan: Plan): RedactedPlan {
  const steps = plan.steps.map((step) => ({ ...step, operation: redactOperation(step.operation) }));
  return { isRedacted: true, ...plan, steps };
}

function redactOperation(operation: Operation): Operation {
  if (operation.kind === "upload-files") {
    const redact = ({ isSecret, content }: (typeof operation.files)[number]): string =>
      isSecret ? covered : coverText(content);
    return { ...operation, files: operation.files.map((file) => ({ ...file, content: redact(file) })) };
  }
  if (operation.kind === "create-container") {
    const late = operation.late.map(redactLate);
    return { ...operation, body: redactValue(operation.body), late };
  }
  return redactValue(operation);
}

/** What is to be hashed is the whole service. */
function redactLate(value: LateValue): LateValue {
  if (value.kind === "hash") return { ...value, text: covered };
  return value.kind === "service-hash" ? { ...value, service: { name: covered } } : value;
}

/** The same shape, whatever it is, with every secret text in it covered. */
export function redactValue<Value>(value: Value, key = ""): Value {
  return redactAny(value, key) as Value;
}

function redactAny(value: unknown, key: string): unknown {
  if (typeof value === "string") return isSecretName(key) ? covered : coverText(value);
  if (isTexts(value)) return key.toLowerCase().startsWith("env") ? value.map(coverAssignment) : coverArguments(value);
  if (Array.isArray(value)) return value.map((each) => redactAny(each, ""));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redactAny(each, name)]));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** `PASSWORD=…`: all of it is the value, where a shell would see its first word only. */
function coverAssignment(text: string): string {
  const name = text.slice(0, Math.max(0, text.indexOf("=")));
  return isSecretName(name) ? `${name}=${covered}` : coverText(text);
}
