import { TscomposeError } from "../errors.ts";
import { exitCode, exitCodeOf } from "./exit-code.ts";
import { Interrupts } from "./interrupts.ts";
import { endProcess, type Io, processIo } from "./io.ts";
import { runProgram } from "./program.ts";
import type { GlobalFlags } from "./project-options.ts";
import { Session } from "./session.ts";

/** Runs one command line and answers with its exit code; the process is touched only through `io`. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  using interrupts = new Interrupts(io);
  let session: Session | undefined;
  const open = (flags: GlobalFlags): Session => (session = new Session(io, flags, interrupts));
  try {
    return await runProgram(argv, open, io.stdout);
  } catch (error) {
    if (interrupts.signal.aborted && isAnswer(error)) return exitCode.interrupted;
    const { showError } = await import("./view/problem.ts");
    showError(error, { io, flags: session?.flags ?? {}, loaded: session?.loaded });
    return exitCodeOf(error);
  }
}

/** Entry of the executable: everything above, on the real process. */
export async function main(): Promise<void> {
  await endProcess(await run(process.argv.slice(2), processIo()));
}

/** After Ctrl-C an error is the way in which work ends; what is neither ours nor an abort is a bug all the same. */
function isAnswer(error: unknown): boolean {
  return error instanceof TscomposeError || (error instanceof Error && error.name === "AbortError");
}
