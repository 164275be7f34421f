import { TscomposeError } from "../errors.ts";
import type { ProgramCall, ProgramEnd, Programs } from "../system/programs.ts";

/** How a program ended, and all it wrote to standard output. */
export interface ProgramAnswer extends ProgramEnd {
  readonly output: string;
}

/** Runs a program for what it answers. Throws when it cannot be started. */
export async function programOutput(
  call: Pick<ProgramCall, "path" | "args" | "directory" | "signal">,
  programs: Programs,
): Promise<ProgramAnswer> {
  const lines: string[] = [];
  const onLine = (line: string): number => lines.push(line);
  const end = await programs.run({ ...call, environment: {}, onLine }).catch((cause: unknown) => {
    const why = Error.isError(cause) ? cause.message : String(cause);
    throw new TscomposeError({ code: "operation-failed", message: `cannot run ${call.path}: ${why}`, cause });
  });
  if (call.signal.aborted) throw new TscomposeError({ code: "interrupted", message: "interrupted" });
  return { ...end, output: lines.join("\n") };
}
