import type { Stats } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { packFile } from "../../execute/build-context.ts";
import { tarEnd, tarHeader } from "../../execute/tar.ts";

/** What to pack, and under which name. */
export interface PackOptions {
  readonly path: string;
  /** Name of the root in the archive; `.` packs what is in a directory, not the directory. */
  readonly root: string;
  /** Packs what the path itself points to, when it is a link. */
  readonly followLink: boolean;
}

/** A file or directory of this machine as a tar archive, with the owners it has here. */
export async function* pack({ path, root, followLink }: PackOptions): AsyncIterable<Uint8Array> {
  yield* packEntry(path, root, await (followLink ? stat : lstat)(path));
  yield tarEnd;
}

async function* packEntry(path: string, name: string, stats: Stats): AsyncIterable<Uint8Array> {
  const { uid, gid } = stats;
  const about = { mode: stats.mode & 0o7777, uid, gid, mtimeSeconds: stats.mtimeMs / 1000 };
  if (stats.isDirectory()) {
    yield tarHeader({ ...about, path: `${name}/`, kind: "directory", sizeBytes: 0 });
    for (const child of (await readdir(path)).sort()) {
      const below = join(path, child);
      yield* packEntry(below, `${name}/${child}`, await lstat(below));
    }
  } else if (stats.isSymbolicLink()) {
    yield tarHeader({ ...about, path: name, kind: "symlink", sizeBytes: 0, linkTarget: await readlink(path) });
  } else if (stats.isFile()) {
    yield* packFile(path, { ...about, path: name, kind: "file", sizeBytes: stats.size });
  }
}
