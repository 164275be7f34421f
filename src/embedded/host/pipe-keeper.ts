import { readFileSync, readlinkSync } from "node:fs";

/** A process that has a named pipe open, as a monitor left word of it. */
export interface PipeKeeper {
  readonly pidFile: string;
  /** The number of the descriptor by which it has it open. */
  readonly descriptor: number;
  readonly pipe: string;
}

/** Sends a signal to it. Does nothing when there is none any more. */
export function signalKeeper(keeper: PipeKeeper, signal: NodeJS.Signals): void {
  const pid = numberIn(keeper.pidFile);
  if (pid === undefined || !keeps(pid, keeper)) return;
  process.kill(pid, signal);
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
function keeps(pid: number, { descriptor, pipe }: PipeKeeper): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`) === pipe;
  } catch {
    return false;
  }
}
