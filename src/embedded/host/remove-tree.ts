import { constants } from "node:fs";
import { open, readdir, rmdir, unlink } from "node:fs/promises";
import { type HeldFolder, within } from "./in-root.ts";

/** Removes a folder and all in it by its name in a held folder. Follows no link, whoever swaps things meanwhile. */
export async function removeTree(parent: HeldFolder, name: string): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  await using folder = await open(within(parent, name), flags);
  for (const entry of await readdir(within(folder, ""), { encoding: "buffer", withFileTypes: true })) {
    const child = entry.name.toString("latin1");
    if (entry.isDirectory()) await removeTree(folder, child);
    else await unlink(within(folder, child));
  }
  await rmdir(within(parent, name));
}
