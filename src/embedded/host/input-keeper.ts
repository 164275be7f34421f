import { join } from "node:path";
import { signalKeeper } from "./pipe-keeper.ts";

/**
 * Ends the input of a container: lets go of the writing end of `in` that its monitor keeps open in a process of its own,
 * named by `in.pid`. Does nothing when it is let go of already.
 */
export function endInput(runFolder: string): void {
  signalKeeper({ pidFile: join(runFolder, "in.pid"), descriptor: 1, pipe: join(runFolder, "in") }, "SIGTERM");
}
