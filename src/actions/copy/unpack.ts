import { createWriteStream } from "node:fs";
import { chmod, lchown, link, lstat, mkdir, rm, symlink, utimes } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { TscomposeError } from "../../errors.ts";
import { type ArchiveEntry, readTar } from "./read-tar.ts";

/** How to unpack an archive. */
export interface UnpackOptions {
  /** What the root of the archive becomes on this machine. */
  readonly target: string;
  readonly keepOwners: boolean;
  /** Told about devices and the like, which are left out. */
  readonly warn: (message: string) => void;
}

/**
 * Writes an archive to disk. It comes from a container, which may be anybody's: no entry, and no link that an earlier
 * entry has made, can lead out of the target.
 */
export async function unpack(tar: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<void> {
  const directories: { readonly path: string; readonly entry: ArchiveEntry }[] = [];
  for await (const entry of readTar(tar)) {
    const path = placeOf(entry.path, options.target);
    await expectRealParents(path, options.target);
    await write(entry, path, options);
    if (entry.kind === "directory") directories.push({ path, entry });
    else if (entry.kind !== "link" && entry.kind !== "other") await dress(entry, path, options);
  }
  // Last, and the deepest first: a directory that is read-only, or whose time must stay, cannot be written into later.
  for (const { path, entry } of directories.reverse()) await dress(entry, path, options);
}

/** The first part of an entry's path is the root of the archive: it has its own name here. */
function placeOf(entryPath: string, target: string): string {
  const [, ...parts] = entryPath
    .replace(/^\.?\//, "./")
    .split("/")
    .filter((part) => part !== "");
  if (parts.includes("..")) {
    throw new TscomposeError({ code: "operation-failed", message: `the archive leads out of itself: ${entryPath}` });
  }
  return join(target, ...parts);
}

async function expectRealParents(path: string, target: string): Promise<void> {
  if (path === target) return;
  const between = relative(target, dirname(path))
    .split("/")
    .filter((part) => part !== "");
  for (const depth of between.keys()) {
    const parent = await lstat(join(target, ...between.slice(0, depth + 1))).catch(() => undefined);
    if (parent?.isSymbolicLink() !== true) continue;
    throw new TscomposeError({ code: "operation-failed", message: `${path}: would be written through a link` });
  }
}

async function write(entry: ArchiveEntry, path: string, { target, warn }: UnpackOptions): Promise<void> {
  switch (entry.kind) {
    case "directory":
      await mkdir(path, { recursive: true });
      return;
    case "file":
      await rm(path, { force: true });
      await pipeline(entry.content, createWriteStream(path, { flags: "wx" }));
      return;
    case "symlink":
      await rm(path, { force: true });
      await symlink(entry.linkTarget, path);
      return;
    case "link": {
      const source = placeOf(entry.linkTarget, target);
      await expectRealParents(source, target);
      await rm(path, { force: true });
      await link(source, path);
      return;
    }
    case "other":
      warn(`${entry.path}: neither file, directory nor link, left out`);
  }
}

async function dress(entry: ArchiveEntry, path: string, { keepOwners }: UnpackOptions): Promise<void> {
  if (keepOwners) await lchown(path, entry.uid, entry.gid);
  if (entry.kind === "symlink") return;
  await chmod(path, entry.mode & 0o7777);
  await utimes(path, entry.mtimeSeconds, entry.mtimeSeconds);
}
