import { badRequest, notImplemented } from "../api/http-error.ts";
import type { ApiReply, ApiRequest, Route } from "../api/route.ts";
import type { EventBus } from "../events.ts";
import type { RegistryOptions } from "../../registry/client.ts";
import { readRegistrySettings } from "../../registry/settings.ts";
import { formatNs } from "../host/clock.ts";
import { type Catalog, openCatalog } from "./catalog.ts";
import type { Digest } from "./digest.ts";
import { imagesForBuilds } from "./for-builds.ts";
import type { Images } from "./images.ts";
import { openKnownBlobs } from "./layers/known-blobs.ts";
import { openLayerStore } from "./layers/layer-store.ts";
import { asRefusal, loadImages } from "./load.ts";
import { imageHistory, inspectImage, listImages, lowerDirsOf } from "./look.ts";
import { commitImage, importImage } from "./new-image.ts";
import { jsonLines } from "./progress.ts";
import { familiar, isDigestKey, parseReference, referenceKey, withDefaultTag } from "./reference.ts";
import { checkLogin, inspectDistribution } from "./registry/ask.ts";
import { authOf } from "./registry/auth-header.ts";
import { pullImage, wantedReference } from "./registry/pull.ts";
import { pushImage } from "./registry/push.ts";
import { type RegistryDesk, openRegistryDesk } from "./registry/registry-desk.ts";
import { pruneImages, removeImage } from "./remove.ts";
import { type ImageRoom, type ImageUser, createImageRoom, imageOf } from "./room.ts";
import { saveImages } from "./save.ts";
import { imagesUsage } from "./usage.ts";

/** What the images need of the engine. */
export interface ImagesParts {
  /** A folder of their own. */
  readonly folder: string;
  /** Where mirrors, insecure registries and certificates are told. */
  readonly configFolder: string;
  /** How patient it is with registries. */
  readonly registryOptions?: RegistryOptions;
  readonly bus: EventBus;
  /** Of this machine, in the words of OCI: `amd64`. */
  readonly architecture: string;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
  /** All containers there are, asked anew each time. */
  readonly users: () => readonly ImageUser[];
}

/** Opens the engine's images. */
export async function createImages(parts: ImagesParts): Promise<Images> {
  const { folder, configFolder, registryOptions, architecture, bus, nowNs, users } = parts;
  const layers = await openLayerStore(folder);
  const catalog = await openCatalog(folder);
  const room = createImageRoom({
    catalog,
    layers,
    knownBlobs: openKnownBlobs(folder),
    users,
    bus,
    nowNs,
    now: () => formatNs(nowNs()),
    architecture,
  });
  const desk = openRegistryDesk({
    layers,
    settings: () => readRegistrySettings(configFolder),
    ...(registryOptions && { options: registryOptions }),
  });
  return {
    routes: routesOf(room, desk),
    pull: (wish) => pullImage(room, desk, wish),
    family: async (reference) => {
      const image = catalog.find(reference);
      return image === undefined ? [] : familyOf(catalog, image.id);
    },
    commit: (wish) => commitImage(room, wish),
    usage: () => imagesUsage(room),
    forBuilds: imagesForBuilds(room, desk),
    holding: (work) => room.holding(work),
    async find(reference) {
      const image = catalog.find(reference);
      if (image === undefined) return undefined;
      return { id: image.id, config: image.document.config ?? {}, lowerDirs: lowerDirsOf(room, image) };
    },
  };
}

function familyOf(catalog: Catalog, id: Digest): readonly Digest[] {
  const children = catalog.list().filter(({ parent }) => parent === id);
  return [id, ...children.flatMap((child) => familyOf(catalog, child.id))];
}

function routesOf(room: ImageRoom, desk: RegistryDesk): readonly Route[] {
  return [
    { method: "POST", path: "/auth", handle: (request) => checkLogin(desk, request) },
    { method: "GET", path: "/distribution/{name...}/json", handle: (request) => inspectDistribution(desk, request) },
    { method: "GET", path: "/images/search", handle: refuseSearch },
    { method: "POST", path: "/images/{name...}/push", handle: (request) => push(room, desk, request) },
    { method: "GET", path: "/images/json", handle: (request) => json(listImages(room, request)) },
    { method: "POST", path: "/images/load", handle: (request) => load(room, request) },
    { method: "POST", path: "/images/prune", handle: async (request) => json(await pruneImages(room, request)) },
    { method: "POST", path: "/images/create", handle: (request) => create(room, desk, request) },
    { method: "GET", path: "/images/get", handle: ({ query }) => save(room, query.getAll("names")) },
    { method: "GET", path: "/images/{name...}/get", handle: ({ params }) => save(room, [nameOf(params)]) },
    { method: "GET", path: "/images/{name...}/json", handle: ({ params }) => json(inspectImage(room, nameOf(params))) },
    {
      method: "GET",
      path: "/images/{name...}/history",
      handle: ({ params }) => json(imageHistory(room, nameOf(params))),
    },
    { method: "POST", path: "/images/{name...}/tag", handle: (request) => tag(room, request) },
    {
      method: "DELETE",
      path: "/images/{name...}",
      handle: async (request) => json(await removeImage(room, nameOf(request.params), request)),
    },
  ];
}

async function load(room: ImageRoom, request: ApiRequest): Promise<ApiReply> {
  const platforms = request.query.getAll("platform");
  if (platforms.length > 0) throw notImplemented("loading one platform of several is not supported");
  return jsonLines(loadImages(room, request), asRefusal);
}

async function save(room: ImageRoom, names: readonly string[]): Promise<ApiReply> {
  const asked = names.flatMap((each) => each.split(",")).filter((name) => name !== "");
  if (asked.length === 0) throw badRequest("no names of images to save");
  return { kind: "stream", contentType: "application/x-tar", body: await saveImages(room, asked) };
}

async function create(room: ImageRoom, desk: RegistryDesk, request: ApiRequest): Promise<ApiReply> {
  const { query, headers, signal } = request;
  const image = query.get("fromImage") ?? "";
  const source = query.get("fromSrc") ?? "";
  if (image === "" && source === "-") return jsonLines(importImage(room, request), asRefusal);
  if (image === "") throw notImplemented(`importing from ${JSON.stringify(source)} is not supported, only from "-"`);
  const reference = wantedReference(image, query.get("tag") ?? "");
  const platform = query.get("platform");
  const wish = { reference, auth: authOf(headers["x-registry-auth"]), signal, ...(platform && { platform }) };
  return jsonLines(pullImage(room, desk, wish), asRefusal);
}

async function push(
  room: ImageRoom,
  desk: RegistryDesk,
  { params, query, headers, signal }: ApiRequest,
): Promise<ApiReply> {
  const tag = query.get("tag") || undefined;
  const wish = { name: nameOf(params), tag, auth: authOf(headers["x-registry-auth"]), signal };
  return jsonLines(pushImage(room, desk, wish), asRefusal);
}

function refuseSearch(): ApiReply {
  throw notImplemented("this engine does not search: registries have no common way; see https://hub.docker.com/search");
}

async function tag(room: ImageRoom, { params, query }: ApiRequest): Promise<ApiReply> {
  const image = imageOf(room, nameOf(params));
  const name = query.get("repo") ?? "";
  const tagged = query.get("tag") ?? "";
  const key = referenceKey(withDefaultTag(parseReference(tagged === "" ? name : `${name}:${tagged}`)));
  if (isDigestKey(key)) throw badRequest("refusing to create a tag with a digest reference");
  await room.catalog.tag(image.id, key, room.now());
  room.publish("tag", image.id, familiar(key));
  return { kind: "empty", status: 201 };
}

function nameOf(params: Readonly<Record<string, string>>): string {
  return params["name"] ?? "";
}

function json(body: unknown): ApiReply {
  return { kind: "json", body };
}
