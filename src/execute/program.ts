import { TscomposeError } from "../errors.ts";
import { coverArguments, coverText } from "../plan/secrets.ts";
import type { Tools } from "./perform.ts";

/** A program of this machine that a step runs. */
export interface ProgramStep {
  /** Whom it is run for: the service or model. */
  readonly owner: string;
  /** What people call it. */
  readonly title: string;
  /** Path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly directory: string;
}

/** Runs a program to its end, line by line; a status other than 0 fails, with the last lines of its complaint. */
export async function runProgram(
  step: ProgramStep,
  onLine: (line: string) => void,
  { engine, programs, signal }: Pick<Tools, "engine" | "programs" | "signal">,
): Promise<void> {
  if (programs === undefined) throw cannotRun(step);
  const { owner, program: path, args, directory } = step;
  const environment = surroundings(engine.address);
  const end = await programs.run({ path, args, directory, environment, onLine, signal }).catch((cause: unknown) => {
    if (cause instanceof TscomposeError) throw cause;
    const why = Error.isError(cause) ? cause.message : String(cause);
    throw programFailure(step, `cannot run ${path}: ${why}`, cause);
  });
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `${owner}: interrupted` });
  if (end.exitCode === 0) return;
  const how = end.exitCode === undefined ? "was ended by a signal" : `exited with status ${end.exitCode}`;
  const lines = end.complaint === "" ? [] : end.complaint.split("\n").map(coverText);
  throw programFailure(step, [`${step.title} ${how}`, ...lines].join("\n  "));
}

/** What went wrong with a program, with the command to try by hand. */
export function programFailure({ owner, program, args }: ProgramStep, what: string, cause?: unknown): TscomposeError {
  return new TscomposeError({
    code: "operation-failed",
    message: `${owner}: ${what}`,
    hint: `see what it does: ${[program, ...coverArguments(args)].join(" ")}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What a program of Docker's needs to find the engine; over TLS it takes more than an address. */
function surroundings(address: string): Record<string, string> {
  return /^(?:unix|npipe|ssh):/.test(address) ? { DOCKER_HOST: address } : {};
}

function cannotRun({ owner, title }: ProgramStep): TscomposeError {
  return new TscomposeError({
    code: "unsupported",
    message: `${owner}: needs the program ${title}, and no programs are to be run here`,
    hint: "give the action a context with programs",
  });
}
