import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InRoot } from "../../host/in-root.ts";
import { openView } from "../../host/overlay-view.ts";
import type { ResultLayer } from "../cache/build-cache.ts";
import type { SourceTree } from "../files/source-tree.ts";
import type { SolveParts } from "./parts.ts";
import { foldersOf } from "./snapshot.ts";

/** What a step came to: a file system of layers, or a folder of the host. */
export type Solved =
  | { readonly kind: "layers"; readonly layers: readonly ResultLayer[]; readonly key: string }
  | { readonly kind: "folder"; readonly folder: string; readonly key: string | undefined };

/** A file of the Dockerfile's own. */
export interface InlineDocument {
  readonly kind: "document";
  readonly fileName: string;
  readonly content: string;
}

/** Something to take files from, closed when it is disposed of. */
export interface OpenTree extends SourceTree, AsyncDisposable {}

/** Opens what files are taken from; nothing in it changes meanwhile. */
export async function openTree(parts: SolveParts, source: Solved | InlineDocument): Promise<OpenTree> {
  if (source.kind === "folder") return plainTree(source.folder);
  if (source.kind === "document") return documentTree(parts, source);
  const folders = foldersOf(parts.images, source.layers);
  if (folders.length === 0) return emptyTree(parts);
  const view = await openView({ lowerDirs: folders, point: parts.scratchFolder });
  return { root: view.root, [Symbol.asyncDispose]: () => view[Symbol.asyncDispose]() };
}

async function plainTree(folder: string): Promise<OpenTree> {
  const root = await InRoot.open(folder);
  return { root, [Symbol.asyncDispose]: () => root[Symbol.asyncDispose]() };
}

async function emptyTree(parts: SolveParts): Promise<OpenTree> {
  return temporaryTree(parts, async () => {});
}

async function documentTree(parts: SolveParts, { fileName, content }: InlineDocument): Promise<OpenTree> {
  return temporaryTree(parts, async (folder) => {
    const path = join(folder, fileName);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content, { mode: 0o644 });
  });
}

async function temporaryTree(
  { scratchFolder }: SolveParts,
  fill: (folder: string) => Promise<void>,
): Promise<OpenTree> {
  const folder = await mkdtemp(join(scratchFolder, "t-"));
  await fill(folder);
  const root = await InRoot.open(folder);
  return {
    root,
    async [Symbol.asyncDispose]() {
      await root[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
