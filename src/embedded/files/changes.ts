import { readdir } from "node:fs/promises";
import type { ContainerDocument } from "../containers/container.ts";
import { InRoot, PathError } from "../host/in-root.ts";
import { openView } from "../host/overlay-view.ts";
import type { Paths } from "../store/paths.ts";

/** What a container did to a path of its image: 0 changed, 1 added, 2 deleted. */
export interface Change {
  readonly Path: string;
  readonly Kind: 0 | 1 | 2;
}

/**
 * All that differs from the image, by path. Only what the container's own layer has is looked at: a folder of it shows
 * what was deleted by what is not to be seen in it any more.
 */
export async function listChanges(paths: Paths, { id, image }: ContainerDocument): Promise<readonly Change[]> {
  const { upper } = paths.container(id);
  await using own = await InRoot.open(upper);
  await using below = await openView({ lowerDirs: image.lowerDirs, point: paths.running });
  await using merged = await openView({ lowerDirs: [upper, ...image.lowerDirs], point: paths.running });
  const changes: Change[] = [];
  await visit("", { own, below: below.root, merged: merged.root, changes });
  return changes.toSorted((one, other) => (one.Path < other.Path ? -1 : 1));
}

interface Visit {
  readonly own: InRoot;
  readonly below: InRoot;
  readonly merged: InRoot;
  readonly changes: Change[];
}

/** Names are bytes, one per character. */
async function visit(folder: string, parts: Visit): Promise<void> {
  const { own, below, merged, changes } = parts;
  const before = new Set(await namesIn(below, folder));
  const now = new Set(await namesIn(merged, folder));
  const add = (name: string, Kind: Change["Kind"]): void => {
    changes.push({ Path: Buffer.from(`${folder}/${name}`, "latin1").toString(), Kind });
  };
  for (const name of before.difference(now)) add(name, 2);
  for (const name of await namesIn(own, folder)) {
    if (!now.has(name)) continue;
    add(name, before.has(name) ? 0 : 1);
    await visit(`${folder}/${name}`, parts);
  }
}

/** Names in a folder; none when there is something else in its place, or nothing. */
async function namesIn(root: InRoot, folder: string): Promise<readonly string[]> {
  try {
    await using place = await root.find(folder);
    if (place.status?.isDirectory() !== true) return [];
    return await readdir(place.hostPath, { encoding: "latin1" });
  } catch (error) {
    if (error instanceof PathError) return [];
    throw error;
  }
}
