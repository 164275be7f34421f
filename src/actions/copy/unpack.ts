import { createWriteStream, type Stats } from "node:fs";
import { chmod, lchown, link, lstat, mkdir, readlink, rm, symlink, utimes } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { TscomposeError } from "../../errors.ts";
import { type ArchiveEntry, readTar } from "./read-tar.ts";

/** How to unpack an archive. */
export interface UnpackOptions {
  /** What the root of the archive becomes on this machine: a link that the user means to follow is resolved already. */
  readonly target: string;
  /** What is in a directory, without it: Docker calls the root `.` then, Podman leaves it out, and out of all paths. */
  readonly isContents: boolean;
  readonly keepOwners: boolean;
  /** Told about devices and the like, which are left out. */
  readonly warn: (message: string) => void;
}

/**
 * Writes an archive to disk. It comes from a container, which may be anybody's: no entry leads out of the target, and
 * no link is followed, be it of this archive or of one that was unpacked here before. As `docker cp` does, files and
 * links replace each other, while a directory neither replaces anything nor is replaced.
 */
export async function unpack(tar: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<void> {
  const { target, isContents } = options;
  if (isContents) await telling(target, () => makeDirectory(target));
  const directories: { readonly path: string; readonly entry: ArchiveEntry }[] = [];
  for await (const entry of readTar(tar)) {
    const path = placeOf(entry.path, options);
    await telling(path, async () => {
      await expectRealParents(path, target);
      await write(entry, path, options);
      if (isLeaf(entry)) await dress(entry, path, options);
    });
    if (entry.kind === "directory") directories.push({ path, entry });
  }
  // Last, and the deepest first: a directory that is read-only, or whose time must stay, cannot be written into later.
  // Each is still the directory it was: `rm` without `recursive` takes none away.
  for (const { path, entry } of directories.reverse()) await telling(path, () => dress(entry, path, options));
}

/** The first part of an entry's path is the root of the archive: it has its own name here. What is in a root has none. */
function placeOf(entryPath: string, { target, isContents }: UnpackOptions): string {
  const hasRoot = !isContents && !/^\.?\//.test(entryPath);
  const parts = entryPath.split("/").filter((part) => part !== "" && part !== ".");
  const below = hasRoot ? parts.slice(1) : parts;
  if (below.includes("..")) throw refused(`the archive leads out of itself: ${entryPath}`);
  return join(target, ...below);
}

/** From the target down, whatever an entry is written into must be a directory itself. */
async function expectRealParents(path: string, target: string): Promise<void> {
  if (path === target) return;
  const between = relative(target, dirname(path))
    .split("/")
    .filter((part) => part !== "");
  for (let depth = 0; depth <= between.length; depth++) {
    const parent = join(target, ...between.slice(0, depth));
    expectDirectory(parent, await statsOf(parent));
  }
}

function expectDirectory(path: string, stats: Stats | undefined): void {
  if (stats === undefined || stats.isDirectory()) return;
  if (stats.isSymbolicLink()) {
    throw refused(`${path}: would be written through a link`, "remove the link, or copy to where it leads");
  }
  throw refused(`${path} is a file here, the archive has a directory`, "remove it, or copy to another place");
}

async function expectNoDirectory(path: string, kind: ArchiveEntry["kind"]): Promise<void> {
  if ((await statsOf(path))?.isDirectory() !== true) return;
  throw refused(`${path} is a directory here, the archive has a ${kind}`, "remove it, or copy to another place");
}

/** Looked at first: `mkdir` with `recursive` is content with a link to a directory. */
async function makeDirectory(path: string): Promise<void> {
  expectDirectory(path, await statsOf(path));
  await mkdir(path, { recursive: true });
}

async function write(entry: ArchiveEntry, path: string, options: UnpackOptions): Promise<void> {
  switch (entry.kind) {
    case "directory":
      await makeDirectory(path);
      return;
    case "file":
      await makeWay(path, entry.kind);
      await pipeline(entry.content, createWriteStream(path, { flags: "wx" }));
      return;
    case "symlink":
      await makeWay(path, entry.kind);
      await symlink(entry.linkTarget, path);
      return;
    case "link": {
      const source = placeOf(entry.linkTarget, options);
      await expectRealParents(source, options.target);
      await makeWay(path, entry.kind);
      await linkTo(source, path);
      return;
    }
    case "other":
      options.warn(`${entry.path}: neither file, directory nor link, left out`);
  }
}

async function makeWay(path: string, kind: ArchiveEntry["kind"]): Promise<void> {
  await expectNoDirectory(path, kind);
  await rm(path, { force: true });
}

/** Some systems follow a link when they make a hard link to it: it gets a link of the same kind instead. */
async function linkTo(source: string, path: string): Promise<void> {
  const isLink = (await statsOf(source))?.isSymbolicLink() === true;
  await (isLink ? symlink(await readlink(source), path) : link(source, path));
}

function isLeaf({ kind }: ArchiveEntry): boolean {
  return kind === "file" || kind === "symlink";
}

async function dress(entry: ArchiveEntry, path: string, { keepOwners }: UnpackOptions): Promise<void> {
  if (keepOwners) await lchown(path, entry.uid, entry.gid);
  if (entry.kind === "symlink") return;
  await chmod(path, entry.mode & 0o7777);
  await utimes(path, entry.mtimeSeconds, entry.mtimeSeconds);
}

/** What is at a path itself, without following a link; undefined when nothing is. */
function statsOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
}

/** What this machine refuses is an answer, not a fault. */
async function telling(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!Error.isError(cause) || !("syscall" in cause)) throw cause;
    throw new TscomposeError({ code: "operation-failed", message: `cannot write ${path}: ${cause.message}`, cause });
  }
}

function refused(message: string, hint?: string): TscomposeError {
  return new TscomposeError({ code: "operation-failed", message, ...(hint === undefined ? {} : { hint }) });
}
