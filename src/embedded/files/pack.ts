import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type InRoot, type Place, pathBytes } from "../host/in-root.ts";
import { createTar } from "../host/tar.ts";
import type { TarMember } from "../tar/entry.ts";
import { readTar } from "../tar/read-tar.ts";
import { writeTar } from "../tar/write-tar.ts";

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What is to be packed: a place, and the folder itself, held open, if it is one. */
export interface Source {
  readonly place: Place;
  readonly folder: FileHandle | undefined;
}

/** Opens a place for packing: from then on it is this folder, whatever is renamed. Throws when it is one no more. */
export async function openSource(place: Place): Promise<Source> {
  const isFolder = place.status?.isDirectory() === true;
  return { place, folder: isFolder ? await open(place.hostPath, folderFlags) : undefined };
}

/**
 * An archive of a place, its names beginning with `name`. Of a folder all is in it, also what is mounted below at one of
 * `mountPoints`; other mounts, `/proc` above all, are left out. Tar walks from the held folder by names that it opens one
 * by one, without following a link: nobody who renames things meanwhile gets it elsewhere.
 */
export async function* packSource(
  { root, mountPoints }: { readonly root: InRoot; readonly mountPoints: readonly string[] },
  { place, folder }: Source,
  name: string,
): AsyncGenerator<Buffer> {
  if (folder === undefined) {
    yield* writeTar(renamed(readTar(createTar({ fd: place.folder.fd }, [place.name])), () => name));
    return;
  }
  const path = Buffer.from(place.path, "latin1").toString();
  const below = mountPoints.filter((point) => point.startsWith(path === "/" ? "/" : `${path}/`));
  yield* writeTar(folderMembers(root, { folder, path, name, below }));
}

async function* folderMembers(
  root: InRoot,
  { folder, path, name, below }: { folder: FileHandle; path: string; name: string; below: readonly string[] },
): AsyncGenerator<TarMember> {
  const devices = new Map([[path, (await folder.stat()).dev]]);
  yield* renamed(readTar(createTar({ fd: folder.fd }, ["."], ["--one-file-system"])), (each) => joined(name, each));
  for (const point of below.toSorted()) {
    await using mounted = await mountedFolder(root, point);
    if (mounted === undefined) continue;
    const { dev } = await mounted.stat();
    // A bind of the same file system does not stop tar: it has been there already.
    const outer = [...devices.keys()]
      .filter((each) => point.startsWith(each === "/" ? "/" : `${each}/`))
      .toSorted()
      .at(-1);
    devices.set(point, dev);
    if (outer !== undefined && devices.get(outer) === dev) continue;
    const prefix = joined(name, pathBytes(point.slice(path === "/" ? 1 : path.length + 1)));
    const members = readTar(createTar({ fd: mounted.fd }, ["."], ["--one-file-system"]));
    yield* renamed(members, (each) => (/^\.\/?$/.test(each) ? undefined : joined(prefix, each)));
  }
}

/** What is mounted at a place; `undefined` when it is no folder, or not there any more. */
async function mountedFolder(root: InRoot, point: string): Promise<FileHandle | undefined> {
  try {
    await using place = await root.find(pathBytes(point));
    return (await openSource(place)).folder;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Whether something is not there any more, or something else has taken its place. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "ELOOP"].includes(String(error.code));
}

/** Members by other names; `undefined` leaves one out. Hard links within the archive follow. */
async function* renamed(
  members: AsyncIterable<TarMember>,
  rename: (name: string) => string | undefined,
): AsyncGenerator<TarMember> {
  for await (const { entry, content } of members) {
    const name = rename(entry.name);
    if (name === undefined) continue;
    const linkName = entry.kind === "hardlink" ? (rename(entry.linkName) ?? entry.linkName) : entry.linkName;
    yield { entry: { ...entry, name, linkName }, content };
  }
}

/** `./a/b` below `name`. */
function joined(name: string, each: string): string {
  const rest = each.replace(/^\.\//, "").replace(/^\.$/, "");
  if (name === "/" || name === "") return rest === "" ? "./" : rest;
  return rest === "" ? `${name}/` : `${name}/${rest}`;
}
