import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Where the user's caches are. */
export interface CachePlace {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
}

/**
 * A folder in the user's cache, whose name says what is in it: filled once, whole or not at all, and for its owner only.
 * Answers with its path.
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
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await fill(unfinished);
    await rename(unfinished, folder);
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

function isTaken(error: unknown): boolean {
  return Error.isError(error) && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
