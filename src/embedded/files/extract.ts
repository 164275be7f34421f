import { constants } from "node:fs";
import { badRequest } from "../api/http-error.ts";
import type { FileCalls } from "../host/file-calls.ts";
import type { InRoot, Place } from "../host/in-root.ts";
import { removeTree } from "../host/remove-tree.ts";
import { extractTar } from "../host/tar.ts";
import { partsInRoot } from "../images/layers/name-in-root.ts";
import { type TarEntry, type TarMember, shownName } from "../tar/entry.ts";
import { writeTar } from "../tar/write-tar.ts";

/** Where an archive goes, and how. */
export interface ExtractWish {
  readonly root: InRoot;
  /** Places of the root that stay what they are: removing one from outside would take the mount away within. */
  readonly mountPoints: readonly string[];
  /** The folder, from the root. */
  readonly path: string;
  /** Refuse to put a file in the place of a folder, or a folder in that of a file; otherwise what is there is removed. */
  readonly keepsKinds: boolean;
  /** Everything belongs to this user, whatever the archive says. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/**
 * Unpacks an archive below a folder of a root that others use meanwhile. Every name is looked up from the root anew, and
 * everything is made by its name in a folder that is held open: links in the root lead to places in the root, and nobody
 * who swaps one for another gets a file elsewhere. Throws 400 for names that climb out.
 */
export async function extractInRoot(wish: ExtractWish, members: AsyncIterable<TarMember>): Promise<void> {
  const folders: TarEntry[] = [];
  for await (const { entry, content } of members) {
    // The folder itself stays as it is, whatever the archive says of it: as Docker does.
    if (partsInRoot(entry.name).length === 0) continue;
    const owned = wish.owner === undefined ? entry : { ...entry, ...wish.owner };
    await put(wish, owned, content);
    if (owned.kind === "directory") folders.push(owned);
  }
  // The inner ones first, when nothing will change them any more.
  for (const folder of folders.toReversed()) await setFolderTime(wish, folder);
}

async function put(wish: ExtractWish, entry: TarEntry, content: AsyncIterable<Buffer>): Promise<void> {
  const target = targetOf(wish, entry.name);
  await using place = await wish.root.find(target, { makesFolders: true });
  // A link that leads to the root: there is nothing to be made.
  if (place.name === "") return;
  const isFolder = place.status?.isDirectory() === true;
  if (!(isFolder && entry.kind === "directory")) await makeRoom(wish, place, entry);
  const [path, { calls }] = [place.hostPath, wish.root];
  if (needsTar(entry)) {
    await extractTar({ fd: place.folder.fd }, writeTar(alone(place.name, entry, content)));
    return;
  }
  switch (entry.kind) {
    case "directory":
      if (!isFolder) await calls.mkdir(path, 0o700);
      return await describe(calls, path, entry);
    case "file":
      return await writeFile(calls, path, { entry, content });
    case "symlink":
      await calls.symlink(Buffer.from(entry.linkName, "latin1"), path);
      await calls.lchown(path, entry.uid, entry.gid);
      return await calls.lutimes(path, Number(entry.mtime));
    case "hardlink": {
      await using source = await wish.root.find(targetOf(wish, entry.linkName));
      return await calls.link(source.hostPath, path);
    }
    case "character-device":
    case "block-device":
    case "fifo":
      throw new Error(`${entry.kind} is tar's`);
  }
}

/** Node sets no extended attributes and makes no devices. */
function needsTar({ kind, xattrs }: TarEntry): boolean {
  return ["character-device", "block-device", "fifo"].includes(kind) || (xattrs.size > 0 && kind !== "hardlink");
}

/** An archive of this entry alone, by its last name: tar has no folder to walk through. */
async function* alone(name: string, entry: TarEntry, content: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const xattrs = new Map([...entry.xattrs].filter(([key]) => !/^(trusted|user)\.overlay\./.test(key)));
  yield { entry: { ...entry, name, xattrs }, content };
}

async function makeRoom({ root, keepsKinds, mountPoints }: ExtractWish, place: Place, entry: TarEntry): Promise<void> {
  const { status } = place;
  if (status === undefined) return;
  const isFolder = status.isDirectory();
  const path = shownName(place.path);
  const own = Buffer.from(place.path, "latin1").toString();
  if (mountPoints.some((point) => point === own || point.startsWith(`${own}/`))) {
    throw badRequest(`cannot replace ${path}: device or resource busy, something is mounted there`);
  }
  if (keepsKinds && isFolder) throw badRequest(`cannot overwrite directory ${path} with non-directory`);
  if (keepsKinds && entry.kind === "directory")
    throw badRequest(`cannot overwrite non-directory ${path} with directory`);
  if (isFolder) await removeTree(place.folder, place.name);
  else await root.calls.unlink(place.hostPath, status);
}

async function writeFile(calls: FileCalls, path: Buffer, { entry, content }: TarMember): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await calls.open(path, flags, 0o600);
  try {
    for await (const chunk of content) await writeAll(calls, file, chunk);
    await calls.fchown(file, entry.uid, entry.gid);
    // After the owner: changing that takes setuid away.
    await calls.fchmod(file, entry.mode);
    await calls.futimes(file, Number(entry.mtime));
  } finally {
    await calls.close(file);
  }
}

async function writeAll(calls: FileCalls, file: number, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += await calls.write(file, chunk.subarray(at));
}

async function describe(calls: FileCalls, path: Buffer, { uid, gid, mode }: TarEntry): Promise<void> {
  const folder = await calls.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await calls.fchown(folder, uid, gid);
    await calls.fchmod(folder, mode);
  } finally {
    await calls.close(folder);
  }
}

async function setFolderTime(wish: ExtractWish, { name, mtime }: TarEntry): Promise<void> {
  await using place = await wish.root.find(targetOf(wish, name));
  if (place.status?.isDirectory() !== true) return;
  await wish.root.calls.lutimes(place.hostPath, Number(mtime));
}

function targetOf({ path }: ExtractWish, name: string): string {
  return `${path}/${partsInRoot(name).join("/")}`;
}
