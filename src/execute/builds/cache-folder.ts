import { createHash, randomUUID } from "node:crypto";
import { createReadStream, readFileSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TscomposeError } from "../../errors.ts";

/** What an index names (OCI image specification, descriptor.md). */
export interface CacheDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface NamedDescriptor extends CacheDescriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

const refName = "org.opencontainers.image.ref.name";
const readBytes = 1 << 20;

/**
 * A folder that holds caches of builds, laid out as Docker's own client does (OCI image specification, image-layout.md):
 * blobs by their digests, and an index that names manifests.
 */
export class CacheFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The digest of the manifest of this name; `undefined` when the folder has none. Throws when its index is none. */
  manifest(name: string): string | undefined {
    const manifests = this.#index();
    const named = manifests.find(({ annotations }) => annotations?.[refName] === name);
    return (named ?? (manifests.length === 1 ? manifests[0] : undefined))?.digest;
  }

  /** Lets a name stand for a manifest that is in the folder. At once: builds side by side may name theirs, too. */
  name(name: string, { mediaType, digest, size }: CacheDescriptor): void {
    const others = this.#index().filter(({ annotations }) => annotations?.[refName] !== name);
    const manifests = [...others, { mediaType, digest, size, annotations: { [refName]: name } }];
    writeFileSync(join(this.path, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    const temporary = join(this.path, `index.json.${randomUUID()}`);
    writeFileSync(temporary, JSON.stringify({ schemaVersion: 2, manifests }), { flush: true });
    renameSync(temporary, join(this.path, "index.json"));
  }

  /** Length of a blob; `undefined` when it is not there. */
  async size(digest: string): Promise<number | undefined> {
    try {
      return (await stat(this.#blob(digest))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  /** The bytes of a blob, or a part of them. */
  read(digest: string, part: { readonly offset?: number; readonly bytes?: number } = {}): AsyncIterable<Uint8Array> {
    const { offset: start = 0, bytes } = part;
    const end = bytes === undefined ? {} : { end: start + bytes - 1 };
    return createReadStream(this.#blob(digest), { start, ...end, highWaterMark: readBytes });
  }

  /** Keeps a blob under its digest, which is known when all was read. Throws when it is another one. */
  async write(content: AsyncIterable<Uint8Array>, digest: () => string): Promise<void> {
    const temporary = join(this.path, "ingest", randomUUID());
    for (const folder of ["ingest", "blobs/sha256"]) await mkdir(join(this.path, folder), { recursive: true });
    try {
      const hash = createHash("sha256");
      await using file = await open(temporary, "wx");
      for await (const chunk of content) {
        hash.update(chunk);
        await file.writeFile(chunk); // all of it, which a single write does not promise
      }
      await file.sync();
      const found = `sha256:${hash.digest("hex")}`;
      if (found !== digest()) throw new Error(`a blob of digest ${found} came as ${digest()}`);
      await rename(temporary, this.#blob(found));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #index(): readonly NamedDescriptor[] {
    const path = join(this.path, "index.json");
    try {
      const { manifests } = JSON.parse(readFileSync(path, "utf8")) as { readonly manifests?: unknown };
      if (Array.isArray(manifests)) return manifests as readonly NamedDescriptor[];
    } catch (error) {
      if (isMissing(error)) return [];
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new TscomposeError({ code: "operation-failed", message: `${path}: this is no index of a build cache` });
  }

  /** A digest may come from anybody: it is a name of 64 digits, or none. */
  #blob(digest: string): string {
    const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
    if (hex === undefined) throw new Error(`no digest of a blob: ${JSON.stringify(digest)}`);
    return join(this.path, "blobs/sha256", hex);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
