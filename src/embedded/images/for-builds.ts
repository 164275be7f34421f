import type { RegistryAuth } from "../../docker-api/registry.ts";
import type { Repository } from "../../registry/repository.ts";
import type { WritableRepository } from "../../registry/upload.ts";
import type { CatalogImage } from "./catalog.ts";
import type { Digest } from "./digest.ts";
import type { ImageDocument } from "./image-document.ts";
import type { Layer } from "./layers/layer-store.ts";
import { familiar, parseReference, referenceKey, withDefaultTag } from "./reference.ts";
import type { RegistryDesk } from "./registry/registry-desk.ts";
import { type Shelf, openShelf } from "./registry/shelf.ts";
import type { ImageRoom } from "./room.ts";

/** What a builder of images needs of them. */
export interface ImagesForBuilds {
  /** Of this machine, in the words of OCI: `amd64`. */
  readonly architecture: string;
  /** By name, id or unambiguous beginning of an id. */
  find(reference: string): Pick<CatalogImage, "id" | "document"> | undefined;
  layer(diffId: string): Layer | undefined;
  /** A folder that goes above all layers for a command: it has the places that every container mounts over. */
  readonly mountPoints: string;
  /** A new folder on the layers' file system; it vanishes at the next start at the latest. */
  makeTemporary(): Promise<string>;
  /** Makes `layer` of a folder of {@link makeTemporary}, written by overlayfs, a layer of its own: it is moved. */
  adopt(temporary: string): Promise<Layer>;
  /** Keeps an image and gives it its names; tells of both. */
  store(document: ImageDocument, names: readonly string[]): Promise<{ readonly id: Digest; readonly bytes: Buffer }>;
  /** Layers without an image stay as long as this goes on. */
  holding<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Layers of these digests stay, with an image or without; asked anew each time. */
  keep(wanted: () => Iterable<string>): void;
  /**
   * A place where layers are kept with a description. Throws an `HttpError` for a reference that is none. Dispose of it
   * when done: it keeps connections.
   */
  shelf(wish: ShelfWish): Promise<Shelf & Disposable>;
  /** Removes layers that nobody uses any more; gives how many bytes that freed. */
  collect(): Promise<number>;
}

/** Which shelf, and who wants it for how long. */
export interface ShelfWish {
  /** A reference in a registry, or what speaks like one. */
  readonly at: string | { readonly reader: Repository; readonly writer: WritableRepository; readonly version: string };
  readonly auth: RegistryAuth | undefined;
  readonly signal: AbortSignal;
}

/** The images as a builder sees them. */
export function imagesForBuilds(room: ImageRoom, desk: RegistryDesk): ImagesForBuilds {
  const { catalog, layers } = room;
  return {
    architecture: room.architecture,
    find: (reference) => catalog.find(reference),
    layer: (diffId) => layers.find(diffId),
    mountPoints: layers.mountPoints,
    makeTemporary: () => layers.makeTemporary(),
    adopt: (temporary) => layers.adopt(temporary),
    holding: (work) => room.holding(work),
    keep: (wanted) => void room.keepers.add(wanted),
    collect: async () => (await room.collect()).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    async shelf({ at, auth, signal }) {
      if (typeof at !== "string") {
        return { ...openShelf({ room, desk, ...at, signal }), [Symbol.dispose]: () => {} };
      }
      const { name, tag, digest } = withDefaultTag(parseReference(at));
      const registries = await desk.open();
      const reader = registries.reader(name, { auth, signal });
      const writer = registries.writer(name, { auth, signal });
      const shelf = openShelf({ room, desk, reader, writer, version: digest ?? tag ?? "latest", signal });
      return { ...shelf, [Symbol.dispose]: () => registries[Symbol.dispose]() };
    },
    async store(document, names) {
      const bytes = Buffer.from(JSON.stringify(document));
      const keys = names.map((name) => referenceKey(withDefaultTag(parseReference(name))));
      const { id } = await catalog.add(bytes, { storedAt: room.now() }, { keys, time: room.now() });
      room.publish("create", id, id);
      for (const key of keys) room.publish("tag", id, familiar(key));
      return { id, bytes };
    },
  };
}
