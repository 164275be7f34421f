import { TscomposeError } from "../errors.ts";

/** Every exit code there is; `exec`, `run` and attached `up` may also pass on the code of a container. */
export const exitCode = {
  success: 0,
  /** The command was understood and could not be done, or could not be understood. */
  failure: 1,
  /** `plan --detailed-exitcode`: there is something to do. */
  changesPlanned: 2,
  /** A fault of tscompose itself. */
  bug: 70,
  /** Ctrl-C or SIGTERM. */
  interrupted: 130,
  /** Whoever read our output went away: `tscompose logs | head`. */
  brokenPipe: 141,
} as const;

/** The exit code that an error leads to. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof TscomposeError)) return exitCode.bug;
  return error.code === "interrupted" ? exitCode.interrupted : exitCode.failure;
}
