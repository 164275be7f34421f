import { readlinkSync } from "node:fs";
import { run } from "./run.ts";

/** Size of a terminal in characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Sets the size of the terminal that a process has; its foreground programs get SIGWINCH. Does nothing for a process
 * that has let go of its terminal, or is gone.
 */
export async function resizeTerminal(pid: number, { rows, columns }: TerminalSize): Promise<void> {
  const path = [0, 1, 2].map((file) => `/proc/${pid}/fd/${file}`).find(isTerminal);
  if (path !== undefined) await run("stty", ["-F", path, "rows", String(rows), "cols", String(columns)]);
}

/** A process of a container may have put anything there: what is no terminal must not be opened. */
function isTerminal(path: string): boolean {
  try {
    return /^\/dev\/(?:pts\/\d+|console)$/.test(readlinkSync(path));
  } catch {
    return false;
  }
}
