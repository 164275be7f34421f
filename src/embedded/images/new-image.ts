import { badRequest } from "../api/http-error.ts";
import type { ApiRequest } from "../api/route.ts";
import type { CatalogImage } from "./catalog.ts";
import { applyChanges } from "./changes-of-config.ts";
import type { ImageDocument } from "./image-document.ts";
import type { CommittedImage, CommitWish } from "./images.ts";
import { decompressed } from "./layers/decompress.ts";
import { familiar, isDigestKey, parseReference, referenceKey, withDefaultTag } from "./reference.ts";
import type { ImageRoom } from "./room.ts";

/** `POST /commit`: an image of another one and what a container changed. Throws 404 when that other one is gone. */
export async function commitImage(room: ImageRoom, wish: CommitWish): Promise<CommittedImage> {
  const parent = room.catalog.get(wish.parentId);
  if (parent === undefined) throw badRequest(`the image ${wish.parentId} of the container is not stored any more`);
  const config = applyChanges(wish.config, wish.changes);
  const key = keyOf(wish.repo, wish.tag);
  const created = room.now();
  const image = await room.holding(async () => {
    const layer = await room.layers.add(wish.layer);
    const step = { created, created_by: wish.command, ...text({ author: wish.author, comment: wish.comment }) };
    const document: ImageDocument = {
      ...parent.document,
      created,
      ...text({ author: wish.author, comment: wish.comment }),
      config,
      rootfs: { type: "layers", diff_ids: [...parent.document.rootfs.diff_ids, layer.diffId] },
      history: [...(parent.document.history ?? []), step],
    };
    return store(room, document, { key, parent: parent.id });
  });
  room.publish("create", image.id, image.id);
  return { id: image.id, name: key === undefined ? "" : familiar(key) };
}

/** `POST /images/create?fromSrc=-`: an image of one layer, an archive of a root. Gives the lines to answer. */
export async function* importImage(room: ImageRoom, { query, body, signal }: ApiRequest): AsyncGenerator<object> {
  const key = keyOf(query.get("repo") ?? "", query.get("tag") ?? "");
  const config = applyChanges({}, query.getAll("changes"));
  const comment = query.get("message") || "Imported from -";
  const created = room.now();
  const image = await room.holding(async () => {
    const layer = await room.layers.add(decompressed(body), { signal });
    const document: ImageDocument = {
      created,
      architecture: room.architecture,
      os: "linux",
      comment,
      config,
      rootfs: { type: "layers", diff_ids: [layer.diffId] },
      history: [{ created, comment }],
    };
    return store(room, document, { key });
  });
  room.publish("import", image.id, image.id);
  yield { status: image.id };
}

async function store(
  room: ImageRoom,
  document: ImageDocument,
  { key, parent }: { readonly key: string | undefined; readonly parent?: CatalogImage["id"] },
): Promise<CatalogImage> {
  const bytes = Buffer.from(JSON.stringify(document));
  const facts = { storedAt: room.now(), ...(parent === undefined ? {} : { parent }) };
  const names = { keys: key === undefined ? [] : [key], time: room.now() };
  const image = await room.catalog.add(bytes, facts, names);
  if (key !== undefined) room.publish("tag", image.id, familiar(key));
  return image;
}

function keyOf(repo: string, tag: string): string | undefined {
  if (repo === "") return undefined;
  const key = referenceKey(withDefaultTag(parseReference(tag === "" ? repo : `${repo}:${tag}`)));
  if (isDigestKey(key)) throw badRequest("cannot name an image by a digest");
  return key;
}

/** What is said, and nothing for what is not. */
function text(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).filter(([, word]) => word !== ""));
}
