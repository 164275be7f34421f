import { ExecutionError, type Failure } from "../actions/execution-error.ts";
import { type ErrorCode, TscomposeError } from "../errors.ts";
import type { LogLine } from "../events.ts";

/** Why a stack did not start, as data: what crosses from one process to another. */
export interface StartFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly failures: readonly Failure[];
  /** The last lines of every container, by container, read before everything was taken down. */
  readonly logs: readonly LogLine[];
  /** The folder that has all that was known of it: logs, plan, events, containers. */
  readonly dossier?: string;
}

/** A stack did not start: the cause, whom it kept from starting, and what the containers had to say. */
export class StackStartError extends TscomposeError {
  readonly failures: readonly Failure[];
  readonly logs: readonly LogLine[];
  /** The folder that has all that was known of it: logs, plan, events, containers. */
  readonly dossier: string | undefined;
  readonly #failure: StartFailure;

  constructor(failure: StartFailure, cause?: unknown) {
    const { code, message, hint, failures, logs, dossier } = failure;
    const spoken = logs.length === 0 ? [] : ["logs:", ...logs.map(({ container, line }) => `  ${container} | ${line}`)];
    super({
      code,
      message: [message, ...spoken, ...(dossier === undefined ? [] : [`all of it: ${dossier}`])].join("\n"),
      ...(hint === undefined ? {} : { hint }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.#failure = failure;
    this.failures = failures;
    this.logs = logs;
    this.dossier = dossier;
  }

  /** The same as data. */
  toFailure(): StartFailure {
    return this.#failure;
  }
}

/** What is known of an error that ended a start; nothing of one that is no answer but a bug. */
export function startFailure(error: unknown, logs: readonly LogLine[]): StartFailure | undefined {
  if (!(error instanceof TscomposeError)) return undefined;
  const { code, message, hint } = error;
  const failures = error instanceof ExecutionError ? error.failures : [];
  return { code, message, failures, logs, ...(hint === undefined ? {} : { hint }) };
}
