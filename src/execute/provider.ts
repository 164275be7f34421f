import type { Programs } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";
import type { Variables } from "../plan/provided.ts";
import { coverArguments, coverText } from "../plan/secrets.ts";
import type { Tools } from "./perform.ts";

type Call = Extract<Operation, { kind: "run-provider" }>;

/**
 * Runs the program of a provider by the protocol of Docker Compose (docs/extension.md of docker/compose): it says in
 * lines of JSON how far it is, what went wrong, and what its dependents are to know. Answers with their variables.
 */
export async function runProvider(
  call: Call,
  { engine, programs, signal, progress }: Pick<Tools, "engine" | "programs" | "signal" | "progress">,
): Promise<Variables> {
  if (programs === undefined) throw cannotRun(call);
  const variables: Record<string, string> = {};
  const { exitCode, complaint } = await start(
    programs,
    {
      path: call.program,
      args: call.args,
      directory: call.directory,
      environment: surroundings(engine.address),
      onLine: (line) => {
        const message = parseMessage(call, line);
        if (message.kind === "info") progress(message.text);
        if (message.kind === "variable") variables[message.name] = message.value;
      },
      signal,
    },
    call,
  );
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `${call.service}: interrupted` });
  if (exitCode !== 0) throw endedBadly(call, exitCode, complaint);
  return variables;
}

async function start(
  programs: Programs,
  what: Parameters<Programs["run"]>[0],
  call: Call,
): ReturnType<Programs["run"]> {
  try {
    return await programs.run(what);
  } catch (cause) {
    if (cause instanceof TscomposeError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw failure(call, `cannot run ${call.program}: ${why}`, cause);
  }
}

/** What a program of Docker's needs to find the engine; over TLS it takes more than an address. */
function surroundings(address: string): Record<string, string> {
  return /^(?:unix|npipe|ssh):/.test(address) ? { DOCKER_HOST: address } : {};
}

type Message =
  | { readonly kind: "info"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string; readonly value: string }
  | { readonly kind: "nothing" };

function parseMessage(call: Call, line: string): Message {
  if (line.trim() === "") return { kind: "nothing" };
  const { type, message } = readLine(call, line);
  switch (type) {
    case "info":
      return { kind: "info", text: message.split("\n", 1).join("") };
    case "debug":
      return { kind: "nothing" };
    case "error":
      throw failure(call, message.trimEnd());
    case "setenv":
      return variable(call, message, `${call.service.toUpperCase()}_`);
    case "rawsetenv":
      return variable(call, message, "");
    default:
      throw failure(call, `${call.type} said something of the unknown type "${type}"`);
  }
}

function readLine(call: Call, line: string): { readonly type: string; readonly message: string } {
  const value = parseJson(line);
  if (typeof value === "object" && value !== null && "type" in value && "message" in value) {
    const { type, message } = value;
    if (typeof type === "string" && typeof message === "string") return { type, message };
  }
  const said = coverText(line.slice(0, 200));
  throw failure(call, `${call.type} is to say {"type": …, "message": …} on standard output, it said: ${said}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function variable(call: Call, message: string, prefix: string): Message {
  const split = message.indexOf("=");
  if (split < 1) throw failure(call, `${call.type} is to set variables as NAME=value, it said: ${coverText(message)}`);
  return { kind: "variable", name: `${prefix}${message.slice(0, split)}`, value: message.slice(split + 1) };
}

function endedBadly(call: Call, exitCode: number | undefined, complaint: string): TscomposeError {
  const how = exitCode === undefined ? "was ended by a signal" : `exited with status ${exitCode}`;
  const lines = complaint === "" ? [] : complaint.split("\n").map(coverText);
  return failure(call, [`${call.type} ${how}`, ...lines].join("\n  "));
}

function failure(call: Call, what: string, cause?: unknown): TscomposeError {
  const command = [call.program, ...coverArguments(call.args)].join(" ");
  return new TscomposeError({
    code: "operation-failed",
    message: `${call.service}: ${what}`,
    hint: `see what it does: ${command}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function cannotRun({ service, type }: Call): TscomposeError {
  return new TscomposeError({
    code: "unsupported",
    message: `${service}: is provided by the program ${type}, and no programs are to be run here`,
    hint: "give the action a context with programs",
  });
}
