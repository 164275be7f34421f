import type { WritableRepository } from "../../../registry/upload.ts";
import { type Digest, measured } from "../digest.ts";
import { gzipped } from "../layers/gzip.ts";
import type { KnownBlob } from "../layers/known-blobs.ts";
import type { Layer, LayerStore } from "../layers/layer-store.ts";
import { familiar } from "../reference.ts";
import { shortId } from "../room.ts";
import { type Tell, countedOut } from "./lines.ts";

/** How a layer appears in a manifest. */
export type PushedBlob = Pick<KnownBlob, "digest" | "size" | "form">;

export interface LayerPush {
  readonly repository: WritableRepository;
  readonly layer: Layer;
  /** How registries keep it, as far as it is known. */
  readonly known: readonly KnownBlob[];
  readonly tell: Tell;
}

/** Other repositories of the same registry. */
export function neighbours(repositories: readonly string[], name: string): readonly string[] {
  const registry = name.slice(0, name.indexOf("/") + 1);
  return repositories.filter((each) => each !== name && each.startsWith(registry));
}

/** As it is there already, as it can be taken from a neighbour, else compressed and sent. */
export async function pushLayer(
  layers: Pick<LayerStore, "read">,
  { repository, layer, known, tell }: LayerPush,
): Promise<PushedBlob> {
  const id = shortId(layer.diffId);
  for (const blob of known) {
    const near = neighbours(blob.repositories, repository.name);
    if (near.length === 0 && !blob.repositories.includes(repository.name)) continue;
    if (await repository.hasBlob(blob.digest)) {
      tell({ status: "Layer already exists", progressDetail: {}, id });
      return blob;
    }
    const [from] = near;
    if (from !== undefined && (await repository.mountBlob(blob.digest, from))) {
      tell({ status: `Mounted from ${familiar(from)}`, progressDetail: {}, id });
      return blob;
    }
  }
  const blob = await upload(layers, { repository, layer, tell });
  tell({ status: "Pushed", progressDetail: {}, id });
  return blob;
}

/** Compressed on the way: the disk need not hold it twice. */
async function upload(
  layers: Pick<LayerStore, "read">,
  { repository, layer, tell }: Omit<LayerPush, "known">,
): Promise<PushedBlob> {
  const id = shortId(layer.diffId);
  let result = (): { readonly digest: Digest; readonly sizeBytes: number } => {
    throw new Error(`the layer ${layer.diffId} was not read`);
  };
  let ended: ReturnType<typeof result> | undefined;
  const open = (): AsyncIterable<Uint8Array> => {
    const counted = countedOut(layers.read(layer), { id, status: "Pushing", total: layer.archiveBytes, tell });
    const sent = measured(gzipped(counted));
    ended = undefined;
    result = () => (ended ??= sent.result());
    return sent.chunks;
  };
  await repository.uploadBlob({ open, digest: () => result().digest, subject: `layer ${id}` });
  const { digest, sizeBytes: size } = result();
  return { digest, size, form: "gzip" };
}
