import { join } from "node:path";
import { loadJson, saveJson } from "../../store/json-file.ts";
import { createTurns } from "../../store/turns.ts";
import { type Digest, hexOf } from "../digest.ts";

/** How an archive is compressed. */
export type BlobForm = "gzip" | "zstd" | "none";

/** How a layer is kept by registries: its archive, compressed. */
export interface KnownBlob {
  readonly digest: Digest;
  readonly size: number;
  readonly form: BlobForm;
  /** Repositories that were seen to have it, `docker.io/library/busybox`; the latest first. */
  readonly repositories: readonly string[];
}

/** Remembers it, so that a push need not compress and send what is there already. */
export interface KnownBlobs {
  of(diffId: Digest): Promise<readonly KnownBlob[]>;
  note(diffId: Digest, blob: Omit<KnownBlob, "repositories">, repository: string): Promise<void>;
}

const mostRepositories = 10;
const mostBlobs = 5;

/** In `diffs/<digest>.blobs`, which goes with its layer. */
export function openKnownBlobs(root: string): KnownBlobs {
  const turns = createTurns();
  const place = (diffId: Digest): string => join(root, "diffs", `${hexOf(diffId)}.blobs`);
  const load = async (diffId: Digest): Promise<readonly KnownBlob[]> =>
    ((await loadJson(place(diffId))) ?? []) as readonly KnownBlob[];
  return {
    of: load,
    note: (diffId, blob, repository) =>
      turns(diffId, async () => {
        const known = await load(diffId);
        const before = known.find(({ digest }) => digest === blob.digest)?.repositories ?? [];
        const repositories = [...new Set([repository, ...before])].slice(0, mostRepositories);
        const others = known.filter(({ digest }) => digest !== blob.digest);
        await saveJson(place(diffId), [{ ...blob, repositories }, ...others].slice(0, mostBlobs));
      }),
  };
}

/** What a media type says (OCI image specification, layer.md; Docker's image manifest). */
export function formOf(mediaType: string): BlobForm | undefined {
  if (/[+.]gzip$/.test(mediaType)) return "gzip";
  if (/[+.]zstd$/.test(mediaType)) return "zstd";
  return mediaType.endsWith(".tar") ? "none" : undefined;
}
