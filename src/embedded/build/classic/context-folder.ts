import { chmod, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { extractInRoot } from "../../files/extract.ts";
import { InRoot } from "../../host/in-root.ts";
import { decompressed } from "../../images/layers/decompress.ts";
import type { TarMember } from "../../tar/entry.ts";
import { readTar } from "../../tar/read-tar.ts";
import type { FetchWish, LocalSource } from "../build.ts";
import { type PatternState, Patterns } from "../files/patterns.ts";

/** A context that came as one archive: all of it is here, and what is to be ignored goes when that is known. */
export class ContextFolder implements LocalSource {
  readonly #folder: string;
  #excludes: readonly string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Unpacks an archive into a new folder. Throws a `TarError` for one that is damaged or climbs out. */
  static async unpack(archive: AsyncIterable<Uint8Array>, parent: string): Promise<ContextFolder> {
    const folder = join(parent, "context");
    await mkdir(folder);
    await chmod(folder, 0o755);
    await using root = await InRoot.open(folder);
    const wish = { root, mountPoints: [], path: "/", keepsKinds: false, owner: { uid: 0, gid: 0 } };
    await extractInRoot(wish, ordinary(readTar(decompressed(archive))));
    return new ContextFolder(folder);
  }

  /** See {@link LocalSource}. */
  async fetch({ excludes }: FetchWish): Promise<string> {
    const isNew = excludes.join("\n") !== this.#excludes.join("\n");
    this.#excludes = excludes;
    if (isNew && excludes.length > 0) await removeMatching(this.#folder, new Patterns(excludes));
    return this.#folder;
  }
}

/** A context has neither devices nor pipes. */
async function* ordinary(members: AsyncIterable<TarMember>): AsyncGenerator<TarMember> {
  const kinds = new Set(["file", "directory", "symlink", "hardlink"]);
  for await (const member of members) if (kinds.has(member.entry.kind)) yield member;
}

async function removeMatching(
  folder: string,
  patterns: Patterns,
  above: { readonly path: string; readonly state: PatternState } = { path: "", state: [] },
): Promise<void> {
  for (const entry of await readdir(join(folder, above.path), { withFileTypes: true })) {
    const path = above.path === "" ? entry.name : `${above.path}/${entry.name}`;
    const { isMatch, state } = patterns.match(path, above.state);
    if (entry.isDirectory() && (!isMatch || patterns.hasExceptions)) {
      await removeMatching(folder, patterns, { path, state });
      // What is kept below of it keeps it.
      if (isMatch) await rmdir(join(folder, path)).catch(unlessFilled);
    } else if (isMatch) await rm(join(folder, path), { recursive: true, force: true });
  }
}

function unlessFilled(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOTEMPTY")) throw error;
}
