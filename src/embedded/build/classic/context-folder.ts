import { chmod, mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { extractTar } from "../../host/tar.ts";
import { decompressed } from "../../images/layers/decompress.ts";
import type { TarMember } from "../../tar/entry.ts";
import { LinkTable } from "../../images/layers/link-table.ts";
import { readTar } from "../../tar/read-tar.ts";
import { writeTar } from "../../tar/write-tar.ts";
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
    await extractTar(folder, writeTar(confined(readTar(decompressed(archive)))));
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

/**
 * A context has neither devices nor pipes, all of it is root's, and no name or link of it leads out of the folder, which
 * nobody else knows. Throws a `TarError` for one that tries.
 */
async function* confined(members: AsyncIterable<TarMember>): AsyncGenerator<TarMember> {
  const kinds = new Set(["file", "directory", "symlink", "hardlink"]);
  const links = new LinkTable();
  for await (const { entry, content } of members) {
    const name = links.resolve(entry.name);
    if (!kinds.has(entry.kind) || name === "") continue;
    const linkName = entry.kind === "hardlink" ? links.resolve(entry.linkName) : entry.linkName;
    const own = { ...entry, name, linkName, uid: 0, gid: 0 };
    links.note(own);
    yield { entry: own, content };
  }
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
