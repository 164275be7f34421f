import type { BigIntStats } from "node:fs";
import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of all files below a folder, each counted once however many names it has. What vanishes meanwhile is nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const seen = new Set<bigint>();
  const toDo = [folder];
  let total = 0n;
  for (let next = toDo.pop(); next !== undefined; next = toDo.pop()) {
    const entries = await opendir(next).catch(ignoreMissing);
    if (entries === undefined) continue;
    for await (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        toDo.push(path);
        continue;
      }
      const status = await lstat(path, { bigint: true }).catch(ignoreMissing);
      if (status !== undefined && isFirst(status, seen)) total += status.size;
    }
  }
  return Number(total);
}

function isFirst({ nlink, ino }: BigIntStats, seen: Set<bigint>): boolean {
  if (nlink < 2n) return true;
  if (seen.has(ino)) return false;
  seen.add(ino);
  return true;
}

function ignoreMissing(error: unknown): undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
}
