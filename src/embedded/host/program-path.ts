import { accessSync, constants, realpathSync } from "node:fs";
import { join } from "node:path";

/** Where programs of the host are looked for, as in `PATH`: an ordinary user's has not all that root's has. */
export const searchPath: string = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`;

/** Path of a program of the host with all links followed; `undefined` when it is not installed. */
export function programPath(program: string): string | undefined {
  for (const folder of searchPath.split(":")) {
    try {
      const path = join(folder || ".", program);
      accessSync(path, constants.X_OK);
      return realpathSync(path);
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}
