import { type FileHandle, open } from "node:fs/promises";
import { constants } from "node:fs";
import { InRoot, PathError, pathBytes } from "../../host/in-root.ts";
import { extractTar } from "../../host/tar.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { TarEntry, TarMember } from "../../tar/entry.ts";
import { writeTar } from "../../tar/write-tar.ts";
import type { CopyAction } from "../plan/steps.ts";
import { type CopyTarget, makeFolder } from "./make-folder.ts";
import { type ModeChange, modeChange } from "./mode.ts";
import { type FoundSource, type SourceTree, findSources } from "./source-tree.ts";
import { unpackArchive } from "./unpack-archive.ts";

const ordinaryFolder = 0o755;

/** Copies files into a root, as `COPY` and `ADD` do. Throws a {@link DockerfileError}. */
export async function copyFiles(tree: SourceTree, action: CopyAction, target: CopyTarget): Promise<void> {
  const change = action.mode === "" ? undefined : modeChange(action.mode);
  for await (const source of findSources(tree, action)) {
    if (action.unpacks && !source.isFolder && (await unpackArchive(source, action, target))) continue;
    await copyOne(source, action, { ...target, change });
  }
}

interface CopyWay extends CopyTarget {
  readonly change: ModeChange | undefined;
}

async function copyOne(source: FoundSource, action: CopyAction, way: CopyWay): Promise<void> {
  const destination = source.isFolder ? action.destination : await resolved(way.root, action.destination);
  const isInto = source.isFolder || destination.endsWith("/") || (await isFolder(way.root, destination));
  const [folder, name] = isInto ? [destination, source.isFolder ? "" : source.name] : splitLast(destination);
  const made = octal(way.change);
  await using place = await makeFolder(way.root, folder, { owner: way.owner, mode: made });
  await using checked = await openFolder(place.path);
  const named = renamed(source.members(), pathBytes(name));
  await extractTar({ fd: checked.fd }, writeTar(fitting(changed(named, way), checked)));
}

/** A folder that is made on the way gets an octal mode as its own, as BuildKit does it. */
function octal(change: ModeChange | undefined): number {
  if (change === undefined) return ordinaryFolder;
  return change(0, true) === change(0o7777, true) ? change(0, true) & 0o777 : ordinaryFolder;
}

/** A link in the place of a file leads to where the file goes. */
async function resolved(root: InRoot, destination: string): Promise<string> {
  if (destination.endsWith("/")) return destination;
  try {
    await using place = await root.find(pathBytes(destination), { followsLast: true });
    return place.name === "" ? destination : shown(place.path);
  } catch (error) {
    if (error instanceof PathError) return destination;
    throw error;
  }
}

async function isFolder(root: InRoot, path: string): Promise<boolean> {
  try {
    await using place = await root.find(pathBytes(path), { followsLast: true });
    return place.status?.isDirectory() === true;
  } catch (error) {
    if (error instanceof PathError) return false;
    throw error;
  }
}

function splitLast(path: string): [folder: string, name: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, slash + 1), path.slice(slash + 1)];
}

async function* renamed(members: AsyncIterable<TarMember>, name: string): AsyncGenerator<TarMember> {
  for await (const { entry, content } of members) {
    yield { entry: entry.name === "" ? { ...entry, name } : entry, content };
  }
}

async function* changed(members: AsyncIterable<TarMember>, { owner, change }: CopyWay): AsyncGenerator<TarMember> {
  for await (const { entry, content } of members) {
    const mode =
      change === undefined || entry.kind === "symlink" ? entry.mode : change(entry.mode, entry.kind === "directory");
    yield { entry: { ...entry, ...owner, mode }, content };
  }
}

/** Where there is something already: a folder stays a folder, and nothing is written through a link. */
async function* fitting(members: AsyncIterable<TarMember>, folder: FileHandle): AsyncGenerator<TarMember> {
  const fresh = new Set<string>();
  for await (const member of members) {
    const { entry } = member;
    const above = entry.name.includes("/") ? entry.name.slice(0, entry.name.lastIndexOf("/")) : "";
    if (fresh.has(above)) {
      if (entry.kind === "directory") fresh.add(entry.name);
    } else await checkFit(entry, folder, fresh);
    yield member;
  }
}

async function checkFit({ name, kind }: TarEntry, folder: FileHandle, fresh: Set<string>): Promise<void> {
  await using root = await InRoot.open(`/proc/self/fd/${folder.fd}`);
  await using place = await root.find(name).catch((error: unknown) => {
    throw error instanceof PathError ? new DockerfileError(`cannot copy to ${shown(name)}: ${error.message}`) : error;
  });
  if (place.status === undefined) {
    if (kind === "directory") fresh.add(name);
  } else if (kind === "directory" && !place.status.isDirectory()) {
    throw new DockerfileError(`cannot copy to non-directory: ${shown(name)}`);
  } else if (kind !== "directory" && place.status.isDirectory()) {
    throw new DockerfileError(`cannot replace to directory ${shown(name)} with file`);
  }
}

function shown(name: string): string {
  return Buffer.from(name, "latin1").toString();
}

async function openFolder(path: Buffer): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}
