import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { loadJson, saveJson } from "../../store/json-file.ts";
import { passedOn } from "../../host/young-memory.ts";
import { createTurns } from "../../store/turns.ts";
import { TarError } from "../../tar/entry.ts";
import { type Digest, hexOf, isDigest, measured } from "../digest.ts";
import { followRecipe } from "./recipe.ts";
import { makeMountPoints } from "./mount-points.ts";
import { packLayer } from "./pack-layer.ts";
import { unpackLayer } from "./unpack.ts";

/** A layer on disk. */
export interface Layer {
  readonly diffId: Digest;
  /** Its folder for overlayfs, absolute. */
  readonly folder: string;
  /** Bytes of all contents of files, and of the targets of links: as Docker counts. */
  readonly sizeBytes: number;
  /** Length of the archive. */
  readonly archiveBytes: number;
}

/** Layers by the digest of their archive: unpacked, and able to become the same archive again. */
export interface LayerStore {
  /** Unpacks and keeps a layer, unless it is here already. Throws a `TarError` for a bad archive. */
  add(archive: AsyncIterable<Uint8Array>, options?: AddOptions): Promise<Layer>;
  find(diffId: string): Layer | undefined;
  list(): readonly Layer[];
  /** The archive, byte for byte. Throws after the last chunk if the layer was changed meanwhile. */
  read(layer: Layer): AsyncIterable<Buffer>;
  remove(layer: Layer): Promise<void>;
  /** A folder that goes above all layers of every image: it has the places that every container mounts over. */
  readonly mountPoints: string;
  /** A new folder that vanishes at the next start at the latest. */
  makeTemporary(): Promise<string>;
  /** Makes `layer` of a temporary folder, which overlayfs has written to, a layer: it is moved, not copied. */
  adopt(temporary: string): Promise<Layer>;
}

export interface AddOptions {
  /** What the archive must turn out to be. */
  readonly expected?: Digest;
  /** Called when all is read and nothing kept yet: throws when the archive is not to be believed. */
  readonly confirm?: () => void;
  readonly signal?: AbortSignal;
}

const shortestName = 12;

/**
 * Opens the store below a folder and clears away what a crash left: `diffs/<digest>.json` says that a layer is whole,
 * `diffs/<digest>.recipe` how to rebuild its archive, `layers/<start of the digest>` is mounted.
 */
export async function openLayerStore(root: string): Promise<LayerStore> {
  const [diffs, folders, temporary] = [join(root, "diffs"), join(root, "layers"), join(root, "tmp")];
  await rm(temporary, { recursive: true, force: true });
  for (const folder of [diffs, folders, temporary]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await makeMountPoints(join(folders, "init"));
  const layers = await loadLayers(diffs, folders);
  await sweep(diffs, folders, layers);
  // Names of folders, from before a layer is there until it is gone.
  const taken = new Set([...layers.values()].map(({ folder }) => basename(folder)));
  const turns = createTurns();

  /** Two loads of the same layer at once: the second takes what the first brought. What is on its way out goes first. */
  async function keep(stage: string, found: Omit<Layer, "folder">): Promise<Layer> {
    return turns(found.diffId, async () => layers.get(found.diffId) ?? place(stage, found));
  }

  /** Nobody finds it before all of it is on the disk. */
  async function place(stage: string, found: Omit<Layer, "folder">): Promise<Layer> {
    const { diffId } = found;
    const hex = hexOf(diffId);
    const name = freeName(hex, taken);
    const layer = { ...found, folder: join(folders, name) };
    taken.add(name);
    try {
      await rename(join(stage, "recipe"), join(diffs, `${hex}.recipe`));
      await rename(join(stage, "layer"), layer.folder);
      await saveJson(join(diffs, `${hex}.json`), { ...layer, folder: name }, { sync: true });
    } catch (error) {
      await discard(layer);
      throw error;
    }
    layers.set(diffId, layer);
    return layer;
  }

  async function discard({ diffId, folder }: Layer): Promise<void> {
    const hex = hexOf(diffId);
    await rm(join(diffs, `${hex}.json`), { force: true });
    await rm(folder, { recursive: true, force: true });
    for (const suffix of ["recipe", "blobs"]) await rm(join(diffs, `${hex}.${suffix}`), { force: true });
    taken.delete(basename(folder));
  }

  return {
    find: (diffId) => (isDigest(diffId) ? layers.get(diffId) : undefined),
    list: () => [...layers.values()],
    mountPoints: join(folders, "init"),
    async add(archive, { expected, confirm, signal } = {}) {
      const stage = join(temporary, randomUUID());
      await mkdir(join(stage, "layer"), { recursive: true, mode: 0o755 });
      try {
        const found = await unpackLayer(
          forgotten(archive),
          { folder: join(stage, "layer"), recipe: join(stage, "recipe") },
          signal,
        );
        if (expected !== undefined && found.diffId !== expected) {
          throw new TarError(`the layer ${expected} has another content, of digest ${found.diffId}`);
        }
        confirm?.();
        return await keep(stage, found);
      } finally {
        await rm(stage, { recursive: true, force: true });
      }
    },
    async *read({ diffId, folder }) {
      const { chunks, result } = measured(followRecipe(join(diffs, `${hexOf(diffId)}.recipe`), folder));
      for await (const chunk of forgotten(chunks)) yield chunk as Buffer;
      if (result().digest !== diffId) throw new Error(`the layer ${diffId} was changed on disk`);
    },
    async remove(layer) {
      // Nobody begins to use it any more; whoever brings it again waits until it is gone.
      layers.delete(layer.diffId);
      await turns(layer.diffId, () => discard(layer));
    },
    async adopt(folder) {
      return keep(folder, await packLayer(join(folder, "layer"), join(folder, "recipe")));
    },
    async makeTemporary() {
      const folder = join(temporary, randomUUID());
      await mkdir(folder, { mode: 0o700 });
      return folder;
    },
  };
}

async function loadLayers(diffs: string, folders: string): Promise<Map<Digest, Layer>> {
  const names = (await readdir(diffs)).filter((name) => name.endsWith(".json"));
  const saved = await Promise.all(names.map((name) => loadJson(join(diffs, name))));
  return new Map(
    saved.map((each) => {
      const layer = each as Layer;
      return [layer.diffId, { ...layer, folder: join(folders, layer.folder) }];
    }),
  );
}

async function sweep(diffs: string, folders: string, layers: ReadonlyMap<Digest, Layer>): Promise<void> {
  const kept = new Set([...layers.values()].map(({ folder }) => folder).concat(join(folders, "init")));
  for (const name of await readdir(folders)) {
    const folder = join(folders, name);
    if (!kept.has(folder)) await rm(folder, { recursive: true, force: true });
  }
  for (const name of await readdir(diffs)) {
    if (!layers.has(`sha256:${name.split(".")[0] ?? ""}`)) await rm(join(diffs, name), { force: true });
  }
}

/** Passes chunks on that nobody keeps. */
async function* forgotten(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    passedOn(chunk.length);
  }
}

/** Short, for 128 of them have to fit into one page of mount options; longer where somebody made digests that begin alike. */
function freeName(hex: string, taken: ReadonlySet<string>): string {
  let length = shortestName;
  while (taken.has(hex.slice(0, length))) length += 4;
  return hex.slice(0, length);
}
