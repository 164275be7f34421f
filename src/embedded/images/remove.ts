import { conflict } from "../api/http-error.ts";
import { filtersOf, isSet } from "../api/query.ts";
import type { ApiRequest } from "../api/route.ts";
import type { CatalogImage } from "./catalog.ts";
import { selected } from "./look.ts";
import { familiar, isDigestKey, nameOfKey, parseReference, referenceKey } from "./reference.ts";
import { type ImageRoom, type ImageUser, imageOf, isSingleReference, shortId } from "./room.ts";

/** A line of the answer to a removal. */
export type Removal = { readonly Untagged: string } | { readonly Deleted: string };

/**
 * `DELETE /images/{name}`: takes a name from an image; with the last name, or by id, the image goes and the layers that
 * nothing else needs. Throws 404, and 409 as long as a container or another name keeps it.
 */
export async function removeImage(
  room: ImageRoom,
  name: string,
  { query }: Pick<ApiRequest, "query">,
): Promise<readonly Removal[]> {
  const image = imageOf(room, name);
  const isForced = isSet(query, "force");
  const removals: Removal[] = [];
  const keys = room.catalog.referencesOf(image.id);
  if (isId(name, image)) {
    refuse(room, image, { isForced, hasManyNames: !isSingleReference(keys) });
    removals.push(...(await untag(room, image, keys)));
    return [...removals, ...(await dropImage(room, image, isSet(query, "noprune")))];
  }
  const key = referenceKey(parseReference(name));
  if (!isForced && isSingleReference(keys)) refuseUsedName(room, image, name);
  removals.push(...(await untag(room, image, [key, ...lonelyDigests(keys, key)])));
  // A forced removal of the last name leaves the image to its running container, without a name.
  if (usersOf(room, image).some(({ isRunning }) => isRunning)) return removals;
  return [...removals, ...(await dropUnnamed(room, image, isSet(query, "noprune")))];
}

const pruneFilters = ["dangling", "label", "label!", "until"];

/** `POST /images/prune`: images without a name; with `dangling=false` all that no container uses. */
export async function pruneImages(room: ImageRoom, { query }: Pick<ApiRequest, "query">): Promise<object> {
  const filters = new Map(filtersOf(query, pruneFilters));
  const onlyDangling = !["false", "0"].includes(filters.get("dangling")?.[0] ?? "true");
  filters.delete("dangling");
  const removals: Removal[] = [];
  let freed = 0;
  for (const image of selected(room, filters, false)) {
    const keys = room.catalog.referencesOf(image.id);
    if ((onlyDangling && keys.length > 0) || usersOf(room, image).length > 0 || childrenOf(room, image).length > 0)
      continue;
    removals.push(...(await untag(room, image, keys)));
    const before = bytesStored(room);
    removals.push(...(await dropUnnamed(room, image, false)));
    freed += before - bytesStored(room);
  }
  room.publish("prune", "", "");
  return { ImagesDeleted: removals.length === 0 ? null : removals, SpaceReclaimed: freed };
}

async function untag(room: ImageRoom, { id }: CatalogImage, keys: readonly string[]): Promise<Removal[]> {
  await room.catalog.untag(keys);
  for (const _ of keys) room.publish("untag", id, id);
  return keys.map((key) => ({ Untagged: familiar(key) }));
}

/** What {@link dropImage} does, unless a pull or a build has just given the image a name. */
async function dropUnnamed(room: ImageRoom, image: CatalogImage, keepsParents: boolean): Promise<Removal[]> {
  return dropImage(room, image, keepsParents, () => room.catalog.referencesOf(image.id).length === 0);
}

/** The image itself, its layers, and parents that nobody names or needs any more. */
async function dropImage(
  room: ImageRoom,
  image: CatalogImage,
  keepsParents: boolean,
  isUnwanted: () => boolean = () => true,
): Promise<Removal[]> {
  const isGone = await room.catalog.remove(image.id, () => {
    if (room.catalog.get(image.id) === undefined || !isUnwanted()) return false;
    room.publish("delete", image.id, image.id);
    return true;
  });
  if (!isGone) return [];
  const layers = await room.collect();
  const removals = [{ Deleted: image.id }, ...layers.map(({ diffId }) => ({ Deleted: diffId }))];
  const parent = image.parent === undefined ? undefined : room.catalog.get(image.parent);
  if (keepsParents || parent === undefined || isNeeded(room, parent)) return removals;
  return [...removals, ...(await dropUnnamed(room, parent, false))];
}

function isNeeded(room: ImageRoom, image: CatalogImage): boolean {
  const isNamed = room.catalog.referencesOf(image.id).length > 0;
  return isNamed || usersOf(room, image).length > 0 || childrenOf(room, image).length > 0;
}

/** Throws what stands against removing an image by its id, in Docker's words. */
function refuse(
  room: ImageRoom,
  image: CatalogImage,
  { isForced, hasManyNames }: { readonly isForced: boolean; readonly hasManyNames: boolean },
): void {
  const users = usersOf(room, image);
  const running = users.find(({ isRunning }) => isRunning);
  if (childrenOf(room, image).length > 0) {
    throw unable(image, "cannot be forced", "image has dependent child images");
  }
  if (running !== undefined) {
    throw unable(image, "cannot be forced", `image is being used by running container ${shortId(running.id)}`);
  }
  if (isForced) return;
  if (hasManyNames) throw unable(image, "must be forced", "image is referenced in multiple repositories");
  const [stopped] = users;
  if (stopped !== undefined) {
    throw unable(image, "must be forced", `image is being used by stopped container ${shortId(stopped.id)}`);
  }
}

function refuseUsedName(room: ImageRoom, image: CatalogImage, name: string): void {
  const [user] = usersOf(room, image);
  if (user === undefined) return;
  throw conflict(
    `conflict: unable to remove repository reference "${name}" (must force) - ` +
      `container ${shortId(user.id)} is using its referenced image ${shortId(image.id)}`,
  );
}

function unable({ id }: CatalogImage, force: string, reason: string): Error {
  return conflict(`conflict: unable to delete ${shortId(id)} (${force}) - ${reason}`);
}

/** Digests that name the image only because it was pulled by the tag that goes. */
function lonelyDigests(keys: readonly string[], key: string): string[] {
  if (isDigestKey(key)) return [];
  const own = keys.filter((each) => each !== key && nameOfKey(each) === nameOfKey(key));
  return own.every(isDigestKey) ? own : [];
}

function isId(name: string, { id }: CatalogImage): boolean {
  return id.startsWith(name) || id.startsWith(`sha256:${name}`);
}

function usersOf(room: ImageRoom, { id }: CatalogImage): ImageUser[] {
  return room.users().filter(({ imageId }) => imageId === id);
}

function childrenOf(room: ImageRoom, { id }: CatalogImage): CatalogImage[] {
  return room.catalog.list().filter(({ parent }) => parent === id);
}

function bytesStored({ layers }: ImageRoom): number {
  return layers.list().reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
