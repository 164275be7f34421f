import { notFound } from "../api/http-error.ts";
import type { EventBus } from "../events.ts";
import type { Catalog, CatalogImage } from "./catalog.ts";
import type { KnownBlobs } from "./layers/known-blobs.ts";
import type { Layer, LayerStore } from "./layers/layer-store.ts";
import { familiar, isDigestKey, nameOfKey, parseReference, referenceKey, withDefaultTag } from "./reference.ts";

/** A container, as far as images are concerned. */
export interface ImageUser {
  readonly id: string;
  readonly imageId: string;
  readonly isRunning: boolean;
  /** Folders of layers that it mounts. */
  readonly lowerDirs: readonly string[];
}

/** What the endpoints of images share. */
export interface ImageRoom {
  readonly catalog: Catalog;
  readonly layers: LayerStore;
  readonly knownBlobs: KnownBlobs;
  /** Of this machine, in the words of OCI: `amd64`. */
  readonly architecture: string;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** Now, as the API writes it. */
  readonly now: () => string;
  readonly users: () => readonly ImageUser[];
  readonly publish: (action: string, id: string, name?: string) => void;
  /** Layers without an image stay as long as this goes on: they may be about to get one, or a container. */
  readonly holding: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Each knows layers, by their digests, that stay without an image. */
  readonly keepers: Set<() => Iterable<string>>;
  /** Removes layers that no image and no container uses; gives them. While somebody holds them, that waits. */
  readonly collect: () => Promise<readonly Layer[]>;
}

export function createImageRoom(
  parts: Omit<ImageRoom, "publish" | "holding" | "keepers" | "collect"> & { readonly bus: EventBus },
): ImageRoom {
  const { catalog, layers, users, bus } = parts;
  const keepers: ImageRoom["keepers"] = new Set();
  let [holders, isOwed] = [0, false];
  async function collect(): Promise<readonly Layer[]> {
    isOwed = holders > 0;
    if (isOwed) return [];
    const needed = new Set<string>(catalog.list().flatMap(({ document }) => document.rootfs.diff_ids));
    for (const wanted of keepers) for (const diffId of wanted()) needed.add(diffId);
    const mounted = new Set(users().flatMap(({ lowerDirs }) => lowerDirs));
    const unused = layers.list().filter(({ diffId, folder }) => !needed.has(diffId) && !mounted.has(folder));
    await Promise.all(unused.map((layer) => layers.remove(layer)));
    return unused;
  }
  return {
    ...parts,
    keepers,
    publish: (action, id, name) => {
      const labels = catalog.get(id)?.document.config?.Labels ?? {};
      bus.publish({ Type: "image", Action: action, Actor: { ID: id, Attributes: { ...labels, name: name ?? id } } });
    },
    async holding(work) {
      holders += 1;
      try {
        return await work();
      } finally {
        holders -= 1;
        if (isOwed) await collect();
      }
    },
    collect,
  };
}

/** The image of this name or id. Throws 404 in Docker's words. */
export function imageOf({ catalog }: ImageRoom, reference: string): CatalogImage {
  const found = catalog.find(reference);
  if (found === undefined) throw notFound(`No such image: ${shown(reference)}`);
  return found;
}

/** Names with tags, as people write them. */
export function repoTags({ catalog }: ImageRoom, { id }: CatalogImage): string[] {
  return catalog
    .referencesOf(id)
    .filter((key) => !isDigestKey(key))
    .map(familiar);
}

/** Names with digests, as people write them. */
export function repoDigests({ catalog }: ImageRoom, { id }: CatalogImage): string[] {
  return catalog.referencesOf(id).filter(isDigestKey).map(familiar);
}

/** Layers from the lowest to the uppermost; an image cannot be stored without them. */
export function layersOf({ layers }: ImageRoom, { id, document }: CatalogImage): Layer[] {
  return document.rootfs.diff_ids.map((diffId) => {
    const layer = layers.find(diffId);
    if (layer === undefined) throw new Error(`the layer ${diffId} of the image ${id} is missing`);
    return layer;
  });
}

/** Bytes of all layers together, as Docker counts. */
export function imageBytes(room: ImageRoom, image: CatalogImage): number {
  return layersOf(room, image).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** 12 digits, as people see ids. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}

/** True when every reference has the same name and at most one of them a tag. */
export function isSingleReference(keys: readonly string[]): boolean {
  const names = new Set(keys.map(nameOfKey));
  return names.size <= 1 && keys.filter((key) => !isDigestKey(key)).length <= 1;
}

function shown(reference: string): string {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(reference)) return reference;
  return familiar(referenceKey(withDefaultTag(parseReference(reference))));
}
