import { type BigIntStats, lstatSync } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { type FileStat, modeBit } from "../../buildkit-api/file-sync.ts";
import type { Selection, SentFolder } from "../../engine/buildkit/build-session.ts";
import { TscomposeError } from "../../errors.ts";
import { piecesOf } from "../file-pieces.ts";
import { IgnorePatterns } from "../ignore-patterns.ts";
import { followLinks } from "./follow-links.ts";

/** A folder of this machine, as builders are sent it: files belong to nobody in particular. */
export function folderAt(root: string): SentFolder {
  return {
    list: (selection) => new Listing(root).select(selection),
    read: (path) => piecesOf(join(root, path)),
  };
}

/** A folder that has but one file, which is not on this machine. */
export function folderWith(name: string, content: Uint8Array): SentFolder {
  return {
    async *list({ include, follow }) {
      const wanted = [...include, ...follow];
      if (wanted.length === 0 || wanted.includes(name))
        yield { ...blank, path: name, mode: 0o644, size: content.length };
    },
    async *read() {
      yield content;
    },
  };
}

const blank: Omit<FileStat, "path"> = {
  mode: 0,
  uid: 0,
  gid: 0,
  size: 0,
  modTime: 0n,
  linkname: "",
  devmajor: 0,
  devminor: 0,
  xattrs: {},
};

/** A folder on the way, which is told when the first thing in it is. */
interface Parent {
  readonly stat: FileStat;
  isTold: boolean;
}

interface Filter {
  readonly wanted: IgnorePatterns | undefined;
  readonly excluded: IgnorePatterns;
}

/** One walk through a folder, by the rules of fsutil's filter (tonistiigi/fsutil, filter.go). */
class Listing {
  readonly #root: string;
  /** Files with several names, by device and inode: the first name that was told. */
  readonly #firstNames = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  async *select({ include, exclude, follow }: Selection): AsyncGenerator<FileStat> {
    // A path that leads to the folder itself leaves nothing out.
    const wanted = [...include, ...((await followLinks(this.#root, follow)) ?? [])];
    yield* this.#below("", [], {
      wanted: wanted.length === 0 ? undefined : new IgnorePatterns(wanted),
      excluded: new IgnorePatterns(exclude),
    });
  }

  async *#below(directory: string, parents: readonly Parent[], filter: Filter): AsyncGenerator<FileStat> {
    const names = await namesIn(join(this.#root, directory));
    for (const { name, stats } of names) {
      const path = directory === "" ? name : `${directory}/${name}`;
      const isIncluded = (filter.wanted?.ignores(path) ?? true) && !filter.excluded.ignores(path);
      if (!stats.isDirectory()) {
        if (isIncluded) yield* told([...parents, { stat: await this.#statOf(path, stats), isTold: false }]);
        continue;
      }
      const own = { stat: await this.#statOf(path, stats), isTold: false };
      const within = [...parents, own];
      if (isIncluded) yield* told(within);
      if (mayHoldWanted(path, filter)) yield* this.#below(path, within, filter);
    }
  }

  async #statOf(path: string, stats: BigIntStats): Promise<FileStat> {
    const stat = { ...blank, path, mode: modeOf(stats), modTime: stats.mtimeNs };
    if (stats.isDirectory()) return stat;
    if (stats.isSymbolicLink()) {
      return { ...stat, size: Number(stats.size), linkname: await readlink(join(this.#root, path)) };
    }
    const firstName = this.#firstNameOf(path, stats);
    return firstName === path ? { ...stat, size: Number(stats.size) } : { ...stat, linkname: firstName };
  }

  #firstNameOf(path: string, { nlink, dev, ino }: BigIntStats): string {
    if (nlink < 2n) return path;
    const file = `${dev}:${ino}`;
    const known = this.#firstNames.get(file);
    if (known === undefined) this.#firstNames.set(file, path);
    return known ?? path;
  }
}

function* told(parents: readonly Parent[]): Generator<FileStat> {
  for (const parent of parents) {
    if (parent.isTold) continue;
    parent.isTold = true;
    yield parent.stat;
  }
}

function mayHoldWanted(directory: string, { wanted, excluded }: Filter): boolean {
  if (excluded.ignores(directory) && excluded.ignoresAllBelow(directory)) return false;
  return wanted === undefined || wanted.ignores(directory) || wanted.mayMatchBelow(directory);
}

/** In the order of their bytes: a builder refuses any other. */
async function namesIn(directory: string): Promise<readonly { readonly name: string; readonly stats: BigIntStats }[]> {
  const names = (await readdir(directory)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return names.flatMap((name) => {
    const stats = statusOf(directory, name);
    return stats === undefined ? [] : [{ name, stats }];
  });
}

/** Undefined for what has gone since its folder was read. Asked at once: to wait for another thread takes ten times as long. */
function statusOf(directory: string, name: string): BigIntStats | undefined {
  const stats = lstatSync(join(directory, name), { bigint: true, throwIfNoEntry: false });
  if (stats !== undefined || !name.includes("\uFFFD")) return stats;
  const message = `${join(directory, name)}: the name is not valid UTF-8, and builders take no other`;
  throw new TscomposeError({ code: "unsupported", message });
}

function modeOf(stats: BigIntStats): number {
  const mode = Number(stats.mode);
  let bits = mode & 0o777;
  if (stats.isDirectory()) bits += modeBit.directory;
  if (stats.isSymbolicLink()) bits += modeBit.symlink;
  if (stats.isFIFO()) bits += modeBit.namedPipe;
  if (stats.isBlockDevice()) bits += modeBit.device;
  if (stats.isCharacterDevice()) bits += modeBit.device + modeBit.characterDevice;
  if ((mode & 0o4000) !== 0) bits += modeBit.setuid;
  if ((mode & 0o2000) !== 0) bits += modeBit.setgid;
  if ((mode & 0o1000) !== 0) bits += modeBit.sticky;
  return bits;
}
