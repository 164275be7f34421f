import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { TscomposeError } from "../../errors.ts";

/** Where the user's caches are. */
export interface CachePlace {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
}

/**
 * A folder in the user's cache, whose name says what is in it: filled once, whole or not at all, and for its owner only.
 * Answers with its path. Throws where the cache cannot be written to.
 */
export async function keptFolder(
  [kind, name]: readonly [kind: string, name: string],
  { environment, homeDirectory }: CachePlace,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = environment["XDG_CACHE_HOME"] || join(homeDirectory, ".cache");
  const folder = join(cache, "tscompose", kind, name);
  if (await exists(folder)) return folder;
  const unfinished = `${folder}.${randomBytes(6).toString("hex")}`;
  await makeFolder(unfinished);
  try {
    await fill(unfinished);
    await removeAbandoned(unfinished);
    await sync(unfinished);
    await rename(unfinished, folder);
    await syncOne(dirname(folder));
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else has been faster.
    if (!isTaken(error) || !(await exists(folder))) throw error;
  }
  return folder;
}

/** What a path in such a folder is kept by: a commit or a digest; `undefined` for any other path. */
export function keptBy(path: string): { readonly kind: "git" | "oci"; readonly name: string } | undefined {
  const [, kind, name = ""] = /[\\/]tscompose[\\/](git|oci)[\\/]([0-9a-f]{40,64})[\\/]/.exec(path) ?? [];
  return kind === "git" || kind === "oci" ? { kind, name } : undefined;
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await mkdir(path, { mode: 0o700 });
  } catch (cause) {
    if (!Error.isError(cause) || !("code" in cause)) throw cause;
    const message = `there is no place for files from afar: ${cause.message}`;
    const hint = "let XDG_CACHE_HOME name a folder that can be written to";
    throw new TscomposeError({ code: "operation-failed", message, hint, cause });
  }
}

const isUnfinished = /^[0-9a-f]{40,64}\.[0-9a-f]{12}$/;
const longestFillMs = 24 * 60 * 60 * 1000;

/** Removes what was killed on the way, by the clock of those files: nobody fills a folder for a whole day. */
async function removeAbandoned(own: string): Promise<void> {
  const parent = dirname(own);
  const { mtimeMs: now } = await stat(own);
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    const made = isUnfinished.test(name) ? (await unlessGone(lstat(path)))?.mtimeMs : undefined;
    if (made === undefined || now - made < longestFillMs) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {}); // another's, or in use: it does no harm there
  }
}

/** Together they are over ten times as fast as one by one; each has a file open. */
const syncedAtOnce = 64;

/** A cache is believed for ever: what is in it must have reached the disk before its name has. */
async function sync(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const kept = entries.filter((entry) => entry.isFile() || entry.isDirectory());
  const paths = [folder, ...kept.map(({ parentPath, name }) => join(parentPath, name))];
  for (let index = 0; index < paths.length; index += syncedAtOnce) {
    await Promise.all(paths.slice(index, index + syncedAtOnce).map(syncOne));
  }
}

async function syncOne(path: string): Promise<void> {
  await using file = await open(path, "r");
  await file.sync();
}

function isTaken(error: unknown): boolean {
  return Error.isError(error) && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
}

async function exists(path: string): Promise<boolean> {
  return (await unlessGone(stat(path))) !== undefined;
}

async function unlessGone<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (Error.isError(error) && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return undefined;
    throw error;
  }
}
