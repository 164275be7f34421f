import { chmod, chown, mkdir, utimes } from "node:fs/promises";
import { type InRoot, PathError, pathBytes, within } from "../../host/in-root.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { Owner } from "./owner.ts";

/** What a copy needs beside its sources. */
export interface CopyTarget {
  readonly root: InRoot;
  /** Of everything that is copied and made; `undefined` to keep the sources' own. */
  readonly owner: Owner | undefined;
}

/** How folders are made that are missing. */
export interface FolderWish {
  readonly owner: Owner | undefined;
  readonly mode: number;
  readonly mtimeSeconds?: number;
}

/** A folder of a root, by a path without links. */
export interface MadeFolder extends AsyncDisposable {
  readonly path: Buffer;
}

/** Makes a folder and those above where they are missing. Throws a {@link DockerfileError} where something else is. */
export async function makeFolder(root: InRoot, path: string, wish: FolderWish): Promise<MadeFolder> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  for (let count = 1; count <= parts.length; count += 1) {
    const upTo = `/${parts.slice(0, count).join("/")}`;
    await using place = await inRoot(root, upTo);
    if (place.status === undefined) await newFolder(within(place.folder, place.name), wish);
    else if (!place.status.isDirectory()) throw new DockerfileError(`mkdir ${upTo}: not a directory`);
  }
  const place = await inRoot(root, path);
  return { path: place.hostPath, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

async function inRoot(root: InRoot, path: string): ReturnType<InRoot["find"]> {
  return root.find(pathBytes(path), { followsLast: true, makesFolders: true }).catch((error: unknown) => {
    throw error instanceof PathError ? new DockerfileError(`mkdir ${path}: ${error.message}`) : error;
  });
}

async function newFolder(path: Buffer, { owner, mode, mtimeSeconds }: FolderWish): Promise<void> {
  await mkdir(path);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
  await chmod(path, mode);
  if (mtimeSeconds !== undefined) await utimes(path, mtimeSeconds, mtimeSeconds);
}
