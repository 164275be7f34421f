import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { badRequest } from "../api/http-error.ts";
import { loadJson, saveJson } from "../store/json-file.ts";
import { type Digest, digestOf, hexOf, isDigest } from "./digest.ts";
import { type ImageDocument, parseImageDocument } from "./image-document.ts";
import { parseReference, referenceKey, withDefaultTag } from "./reference.ts";
import { createTurns } from "../store/turns.ts";

/** What the catalog knows of an image beside its configuration. */
export interface ImageFacts {
  readonly storedAt: string;
  readonly lastTagTime?: string;
  /** The image that it was committed from. */
  readonly parent?: Digest;
}

export interface CatalogImage extends ImageFacts {
  readonly id: Digest;
  readonly document: ImageDocument;
}

/** Which images there are, and what they are called. Every change is on disk when it resolves. */
export interface Catalog {
  list(): readonly CatalogImage[];
  /** By its whole id. */
  get(id: string): CatalogImage | undefined;
  /** By name, digest, id or unambiguous beginning of an id. Throws 400 for what is neither. */
  find(reference: string): CatalogImage | undefined;
  /** Keys of references, sorted. */
  referencesOf(id: Digest): readonly string[];
  /** The image that a key names. */
  named(key: string): Digest | undefined;
  /** Keeps an image, and gives it these names: nobody can remove it in between. */
  add(document: Uint8Array, facts: ImageFacts, names?: NewNames): Promise<CatalogImage>;
  /** Gives the image this name, takes it from another. */
  tag(id: Digest, key: string, time: string): Promise<void>;
  untag(keys: readonly string[]): Promise<void>;
  /**
   * Removes an image with all its names, if `confirm` says so: that is asked when no other change goes on. Tells whether it
   * is gone.
   */
  remove(id: Digest, confirm: () => boolean): Promise<boolean>;
  /** The configuration byte for byte. */
  documentBytes(id: Digest): Promise<Buffer>;
}

/** What an image is called from now on; others are not called so any more. */
export interface NewNames {
  readonly keys: readonly string[];
  readonly time: string;
}

interface Saved {
  readonly images: Readonly<Record<Digest, ImageFacts>>;
  readonly references: Readonly<Record<string, Digest>>;
}

/** Opens the catalog below a folder: `refs.json` and `blobs/sha256`. */
export async function openCatalog(root: string): Promise<Catalog> {
  const blobs = join(root, "blobs", "sha256");
  const index = join(root, "refs.json");
  await mkdir(blobs, { recursive: true, mode: 0o700 });
  const blob = (id: Digest): string => join(blobs, hexOf(id));
  const saved = ((await loadJson(index)) ?? { images: {}, references: {} }) as Saved;
  const images = new Map<Digest, CatalogImage>();
  for (const [key, facts] of Object.entries(saved.images)) {
    const id = key as Digest;
    images.set(id, { ...facts, id, document: parseImageDocument(await readFile(blob(id))) });
  }
  const references = new Map<string, Digest>(Object.entries(saved.references));
  const turns = createTurns();
  /** One change after the other: all are written to the same file. */
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => turns("", change);

  async function save(): Promise<void> {
    const factsOf = ({ id: _id, document: _document, ...facts }: CatalogImage): ImageFacts => facts;
    const all = [...images].map(([id, image]) => [id, factsOf(image)]);
    await saveJson(
      index,
      { images: Object.fromEntries(all), references: Object.fromEntries(references) },
      { sync: true },
    );
  }

  function byId(text: string): CatalogImage | undefined {
    const hex = hexOf(text);
    if (!/^[0-9a-f]{1,64}$/.test(hex)) return undefined;
    const found = [...images.values()].filter(({ id }) => hexOf(id).startsWith(hex));
    if (found.length > 1) throw badRequest(`ambiguous image id: ${text} is the beginning of ${found.length} ids`);
    return found[0];
  }

  function byName(text: string): CatalogImage | undefined {
    const reference = withDefaultTag(parseReference(text));
    const named = references.get(referenceKey(reference));
    return named === undefined ? undefined : images.get(named);
  }

  return {
    list: () => [...images.values()],
    get: (id) => (isDigest(id) ? images.get(id) : undefined),
    find(text) {
      if (isDigest(text) || /^[0-9a-f]{64}$/.test(text)) return byId(text);
      if (/^sha256:[0-9a-f]+$/.test(text)) return byId(text) ?? byName(text);
      return byName(text) ?? byId(text);
    },
    referencesOf: (id) => [...references].flatMap(([key, named]) => (named === id ? [key] : [])).sort(),
    named: (key) => references.get(key),
    documentBytes: (id) => readFile(blob(id)),
    add: (bytes, facts, { keys, time } = { keys: [], time: "" }) =>
      inTurn(async () => {
        const id = digestOf(bytes);
        const known = images.get(id);
        if (known !== undefined && keys.length === 0) return known;
        const kept = known ?? { ...facts, id, document: parseImageDocument(bytes) };
        if (known === undefined) await saveBlob(blob(id), bytes);
        const image = keys.length === 0 ? kept : { ...kept, lastTagTime: time };
        images.set(id, image);
        for (const key of keys) references.set(key, id);
        await save();
        return image;
      }),
    tag: (id, key, time) =>
      inTurn(async () => {
        const image = images.get(id);
        if (image === undefined) throw new Error(`no image ${id} to name ${key}`);
        references.set(key, id);
        images.set(id, { ...image, lastTagTime: time });
        await save();
      }),
    untag: (keys) =>
      inTurn(async () => {
        for (const key of keys) references.delete(key);
        await save();
      }),
    remove: (id, confirm) =>
      inTurn(async () => {
        if (!confirm()) return false;
        for (const [key, named] of references) if (named === id) references.delete(key);
        images.delete(id);
        await save();
        await rm(blob(id), { force: true });
        return true;
      }),
  };
}

/** Whole or not at all: nothing refers to it before it is on the disk. */
async function saveBlob(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
