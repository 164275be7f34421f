import { stripVTControlCharacters } from "node:util";
import type { Operation } from "../plan/operation.ts";
import type { Variables } from "../plan/provided.ts";
import { coverText } from "../plan/secrets.ts";
import type { Tools } from "./perform.ts";
import { programFailure, runProgram, type ProgramStep } from "./program.ts";

/**
 * Runs the program of a provider by the protocol of Docker Compose (docs/extension.md of docker/compose): it says in
 * lines of JSON how far it is, what went wrong, and what its dependents are to know. Answers with their variables.
 */
export async function runProvider(
  { service, type, program, args, directory }: Extract<Operation, { kind: "run-provider" }>,
  tools: Pick<Tools, "engine" | "programs" | "signal" | "progress" | "debug">,
): Promise<Variables> {
  const variables: Record<string, string> = {};
  const step = { owner: service, title: type, program, args, directory };
  const onLine = (line: string): void => {
    const message = parseMessage(step, line);
    if (message.kind === "info") tools.progress(message.text);
    if (message.kind === "debug") tools.debug(`${service}: ${message.text}`);
    if (message.kind === "variable") variables[message.name] = message.value;
  };
  await runProgram(step, onLine, tools);
  return variables;
}

/** Runs Docker's program for models, and tells what it says. */
export async function runModelProgram(
  { model, program, args, directory }: Extract<Operation, { kind: "run-model" }>,
  tools: Pick<Tools, "engine" | "programs" | "signal" | "progress">,
): Promise<undefined> {
  const step = { owner: `models.${model}`, title: "docker model", program, args, directory };
  await runProgram(step, (line) => tools.progress(withoutControls(line)), tools);
}

type Message =
  | { readonly kind: "info" | "debug"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly value: string }
  | { readonly kind: "nothing" };

function parseMessage(step: ProgramStep, line: string): Message {
  if (line.trim() === "") return { kind: "nothing" };
  const { type, message } = readLine(step, line);
  switch (type) {
    case "info":
      return { kind: type, text: withoutControls(message.split("\n", 1).join("")) };
    case "debug":
      return { kind: type, text: coverText(withoutControls(message)) };
    case "error":
      throw programFailure(step, message.trimEnd());
    case "setenv":
      return variable(step, message, `${step.owner.toUpperCase()}_`);
    case "rawsetenv":
      return variable(step, message, "");
    default:
      throw programFailure(step, `${step.title} said something of the unknown type "${type}"`);
  }
}

function readLine(step: ProgramStep, line: string): { readonly type: string; readonly message: string } {
  const value = parseJson(line);
  if (typeof value === "object" && value !== null && "type" in value && "message" in value) {
    const { type, message } = value;
    if (typeof type === "string" && typeof message === "string") return { type, message };
  }
  const said = coverText(line.slice(0, 200));
  throw programFailure(step, `${step.title} is to say {"type": …, "message": …} on standard output, it said: ${said}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function variable(step: ProgramStep, message: string, prefix: string): Message {
  const split = message.indexOf("=");
  if (split < 1) {
    throw programFailure(step, `${step.title} is to set variables as NAME=value, it said: ${coverText(message)}`);
  }
  return { kind: "variable", name: `${prefix}${message.slice(0, split)}`, value: message.slice(split + 1) };
}

/** What a program says must not move the cursor of a terminal. */
function withoutControls(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
}
