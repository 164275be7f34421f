import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes what is in a folder but for the newest so many, by when each was changed last. Several processes may do so at
 * once.
 */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const dated = await Promise.all(paths.map(async (path) => ({ path, changedAt: await changedAt(path) })));
  const old = dated.toSorted((a, b) => b.changedAt - a.changedAt).slice(count);
  await Promise.all(old.map(({ path }) => rm(path, { recursive: true, force: true })));
}

/** In milliseconds since 1970; 0 for what somebody else has removed by now. */
async function changedAt(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.mtimeMs ?? 0;
}
