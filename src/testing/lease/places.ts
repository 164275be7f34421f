import { createHash } from "node:crypto";
import { join } from "node:path";
import { thisMachine } from "../../system/machine.ts";
import { temporaryFolder } from "../../system/surroundings.ts";
import { ensureOwnFolder } from "../own-folder.ts";

/** Where the keepers of one user's shared stacks are found. */
export interface LeaseFolder {
  readonly path: string;
  /** The file that is locked while a keeper comes or goes. */
  readonly lock: string;
}

/** Sees to it that there is a folder which this user alone can enter. Throws when somebody else has put one there. */
export async function openLeaseFolder(environment: Readonly<Record<string, string>>): Promise<LeaseFolder> {
  const { userId = 0 } = thisMachine();
  const path = join(environment["XDG_RUNTIME_DIR"] || temporaryFolder(), `tscompose-leases-${userId}`);
  await ensureOwnFolder(path);
  return { path, lock: join(path, "lock") };
}

/** The socket of the keeper of one stack; short, for sockets may have paths of some hundred characters only. */
export function socketOf({ path }: LeaseFolder, key: string): string {
  return join(path, `${key}.sock`);
}

/** One word for all that makes a stack the same to everybody who wants it. */
export function keyOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
