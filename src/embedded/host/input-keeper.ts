import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * Ends the input of a container: lets go of the writing end of `in` that its monitor keeps open in a process of its own,
 * named by `in.pid`. Does nothing when it is let go of already.
 */
export function endInput(runFolder: string): void {
  const pid = numberIn(join(runFolder, "in.pid"));
  if (pid === undefined || !keeps(pid, join(runFolder, "in"))) return;
  process.kill(pid, "SIGTERM");
}

function numberIn(path: string): number | undefined {
  try {
    const number = Number(readFileSync(path, "latin1").trim());
    return Number.isInteger(number) && number > 1 ? number : undefined;
  } catch {
    return undefined;
  }
}

/** Numbers of processes are used again: this must be the one that has the pipe open. */
function keeps(pid: number, pipe: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/1`) === pipe;
  } catch {
    return false;
  }
}
