import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { FileCalls } from "../../host/file-calls.ts";
import { InRoot } from "../../host/in-root.ts";
import { isLocalFolder } from "../../host/mounts.ts";
import { openView } from "../../host/overlay-view.ts";
import type { ResultLayer } from "../cache/build-cache.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { copyFiles } from "../files/copy-files.ts";
import { makeFolder } from "../files/make-folder.ts";
import { ownerOf } from "../files/owner.ts";
import type { FileAction, FileStep } from "../plan/steps.ts";
import type { SolveParts } from "./parts.ts";
import { foldersOf } from "./snapshot.ts";
import { type InlineDocument, type Solved, openTree } from "./source.ts";

/** Finds the result of what an action takes files from. */
export type SourceOf = (from: Extract<FileAction, { kind: "copy" }>["from"]) => Promise<Solved | InlineDocument>;

/** Carries a file step out on top of layers; gives the new one. */
export async function makeFiles(
  parts: SolveParts,
  step: FileStep,
  { base, sourceOf }: { readonly base: readonly ResultLayer[]; readonly sourceOf: SourceOf },
): Promise<ResultLayer> {
  const { images } = parts;
  const temporary = await images.makeTemporary();
  try {
    const [upper, work, point] = ["layer", "work", "view"].map((name) => join(temporary, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [upper, work, point]) await mkdir(folder);
    await chmod(upper, 0o755);
    const lowerDirs = foldersOf(images, base);
    await using opened = await openTarget({ lowerDirs, upper, work, point });
    for (const action of step.actions) {
      parts.request.signal.throwIfAborted();
      await act(parts, action, { root: opened.root, lowerDirs, sourceOf }).catch((error: unknown) => {
        const isPlaceless = error instanceof DockerfileError && error.location === undefined;
        throw isPlaceless ? new DockerfileError(error.message, step.location) : error;
      });
    }
    await opened[Symbol.asyncDispose]();
    const { diffId } = await images.adopt(temporary);
    return { diffId, createdAt: parts.now(), description: step.name };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Target extends AsyncDisposable {
  readonly root: InRoot;
}

async function openTarget(wish: {
  readonly lowerDirs: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly point: string;
}): Promise<Target> {
  const { lowerDirs, upper, work, point } = wish;
  if (lowerDirs.length > 0) return onceDisposed(await openView({ lowerDirs, writable: { upper, work }, point }));
  const root = await InRoot.open(upper, new FileCalls({ isPrompt: await isLocalFolder(upper) }));
  return onceDisposed({ root, [Symbol.asyncDispose]: () => root[Symbol.asyncDispose]() });
}

/** May be disposed of early: what was written is whole only then. */
function onceDisposed(target: Target): Target {
  let ending: Promise<void> | undefined;
  return {
    root: target.root,
    [Symbol.asyncDispose]: () => (ending ??= Promise.resolve(target[Symbol.asyncDispose]())),
  };
}

async function act(
  parts: SolveParts,
  action: FileAction,
  {
    root,
    lowerDirs,
    sourceOf,
  }: { readonly root: InRoot; readonly lowerDirs: readonly string[]; readonly sourceOf: SourceOf },
): Promise<void> {
  const owner = action.owner === "" ? undefined : ownerOf(action.owner, lowerDirs);
  if (action.kind === "folder") {
    const { path, mtimeSeconds } = action;
    const wish = { owner, mode: 0o755, ...(mtimeSeconds === undefined ? {} : { mtimeSeconds }) };
    await using _ = await makeFolder(root, path, wish);
    return;
  }
  await using tree = await openTree(parts, await sourceOf(action.from));
  await copyFiles(tree, action, { root, owner });
}
