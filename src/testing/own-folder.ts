import { lstat, mkdir } from "node:fs/promises";
import { TscomposeError } from "../errors.ts";
import { thisMachine } from "../system/machine.ts";

/** Sees to it that there is a folder which this user alone can enter. Throws when somebody else has put one there. */
export async function ensureOwnFolder(path: string): Promise<void> {
  const { userId = 0 } = thisMachine();
  await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(path);
  if (found.isDirectory() && found.uid === userId && (found.mode & 0o077) === 0) return;
  throw new TscomposeError({
    code: "conflict",
    message: `${path} is not a folder of this user alone: what is kept there would not be safe`,
    hint: `rm -r ${path}`,
  });
}
