import { constants } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { type InRoot, type Place, PathError, pathBytes } from "../../host/in-root.ts";
import { createTar } from "../../host/tar.ts";
import { readTar } from "../../tar/read-tar.ts";
import type { TarEntry, TarMember } from "../../tar/entry.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { CopyAction } from "../plan/steps.ts";
import { Patterns, type PatternState, hasWildcards, pathMatcher } from "./patterns.ts";

/** What files are taken from: opened, and the same until it is closed. */
export interface SourceTree {
  readonly root: InRoot;
}

/** One source of a copy that was found. */
export interface FoundSource {
  /** The last part of the path that named it. */
  readonly name: string;
  readonly isFolder: boolean;
  /** Of a folder what is in it, names relative to it; of anything else the only member, its name empty. */
  readonly members: () => AsyncIterable<TarMember>;
}

/**
 * Finds what a copy takes, one after the other. Links on the way lead to places in the tree. Throws a
 * {@link DockerfileError} for a path that is not there; wildcards may match nothing.
 */
export async function* findSources({ root }: SourceTree, action: CopyAction): AsyncGenerator<FoundSource> {
  for (const required of action.required) await requirePath(root, required);
  const paths = action.isLocal && hasWildcards(action.source) ? await matching(root, action.source) : [action.source];
  for (const path of paths) {
    await using place = await existing(root, path, action.isLocal);
    const isFolder = place.status?.isDirectory() === true;
    yield {
      name: lastPart(path),
      isFolder,
      members: () => (isFolder ? folderMembers(place, action) : fileMember(place)),
    };
  }
}

async function requirePath(root: InRoot, path: string): Promise<void> {
  await using _ = await existing(root, path, true);
}

async function existing(root: InRoot, path: string, followsLast: boolean): Promise<Place> {
  const missing = new DockerfileError(`${JSON.stringify(path)}: not found`);
  const place = await root.find(pathBytes(path), { followsLast }).catch((error: unknown) => {
    throw error instanceof PathError ? missing : error;
  });
  if (place.status !== undefined) return place;
  await place[Symbol.asyncDispose]();
  throw missing;
}

/** Paths that a pattern matches; what is below of a folder that matches is not looked at. */
async function matching(root: InRoot, pattern: string): Promise<string[]> {
  const parts = pattern.split("/").filter((part) => part !== "");
  const plain = parts.findIndex(hasWildcards);
  const base = `/${parts.slice(0, plain).join("/")}`;
  const matches = pathMatcher(parts.slice(plain).join("/"));
  const found: string[] = [];
  const depth = parts.length - plain;
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(root, base, folder)) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (matches(path)) found.push(`${base === "/" ? "" : base}/${path}`);
      else if (entry.isFolder && path.split("/").length < depth) await visit(path);
    }
  };
  await visit("");
  return found;
}

async function entriesOf(
  root: InRoot,
  base: string,
  folder: string,
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  try {
    await using place = await root.find(pathBytes(`${base}/${folder}`), { followsLast: folder === "" });
    if (place.status?.isDirectory() !== true) return [];
    const entries = await readdir(place.hostPath, { withFileTypes: true });
    return entries
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    if (error instanceof PathError) return [];
    throw error;
  }
}

function lastPart(path: string): string {
  return path.replace(/\/+$/, "").replace(/^.*\//s, "");
}

async function* fileMember(place: Place): AsyncGenerator<TarMember> {
  for await (const { entry, content } of readTar(createTar({ fd: place.folder.fd }, [place.name]))) {
    yield { entry: { ...entry, name: "" }, content };
  }
}

async function* folderMembers(place: Place, { excludes, includes }: CopyAction): AsyncGenerator<TarMember> {
  await using folder = await open(place.hostPath, constants.O_RDONLY | constants.O_DIRECTORY);
  const isWhole = excludes.length === 0 && includes.length === 0;
  const archive = createTar({ fd: folder.fd }, ["."], isWhole ? [] : ["--hard-dereference"]);
  const relative = membersBelow(readTar(archive));
  yield* isWhole ? relative : selected(relative, { excludes, includes });
}

async function* membersBelow(members: AsyncIterable<TarMember>): AsyncGenerator<TarMember> {
  for await (const { entry, content } of members) {
    const name = relativeName(entry.name);
    if (name === "") continue;
    const linkName = entry.kind === "hardlink" ? relativeName(entry.linkName) : entry.linkName;
    yield { entry: { ...entry, name, linkName }, content };
  }
}

function relativeName(name: string): string {
  return name.replace(/^\.\/?/, "").replace(/\/$/, "");
}

interface Selection {
  readonly excludes: readonly string[];
  readonly includes: readonly string[];
}

interface FolderState {
  readonly include: PatternState;
  readonly exclude: PatternState;
}

/** Leaves out what is excluded; a folder above something that is included comes along with it. */
async function* selected(
  members: AsyncIterable<TarMember>,
  { excludes, includes }: Selection,
): AsyncGenerator<TarMember> {
  const [included, excluded] = [new Patterns(includes), new Patterns(excludes)];
  const states = new Map<string, FolderState>();
  const waiting = new Map<string, TarEntry>();
  for await (const { entry, content } of members) {
    const path = Buffer.from(entry.name, "latin1").toString();
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    const above = states.get(folder);
    const include = included.match(path, above?.include);
    const exclude = excluded.match(path, above?.exclude);
    if (entry.kind === "directory") states.set(path, { include: include.state, exclude: exclude.state });
    if ((includes.length > 0 && !include.isMatch) || exclude.isMatch) {
      if (entry.kind === "directory") waiting.set(path, entry);
      continue;
    }
    for (const parent of foldersAbove(path)) {
      const held = waiting.get(parent);
      waiting.delete(parent);
      if (held !== undefined) yield { entry: held, content: nothing() };
    }
    yield { entry, content };
  }
}

function foldersAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

async function* nothing(): AsyncGenerator<Buffer> {}
