import { momentOf } from "../api/moment.ts";
import { type WantedFilters, filtersOf, hasLabels, isSet } from "../api/query.ts";
import type { ApiRequest } from "../api/route.ts";
import type { CatalogImage } from "./catalog.ts";
import { createdSeconds } from "./created.ts";
import { type ImageRoom, imageBytes, imageOf, layersOf, repoDigests, repoTags } from "./room.ts";
import { matchesReference } from "./reference-filter.ts";

const knownFilters = ["dangling", "label", "label!", "before", "since", "reference", "until"];

/** `GET /images/json`: the newest first. */
export function listImages(room: ImageRoom, { query }: Pick<ApiRequest, "query">): object[] {
  const filters = filtersOf(query, knownFilters);
  const users = Map.groupBy(room.users(), ({ imageId }) => imageId);
  return selected(room, filters, isSet(query, "all"))
    .toSorted((one, other) => createdSeconds(other.document) - createdSeconds(one.document))
    .map((image) => ({ ...summary(room, image), Containers: users.get(image.id)?.length ?? 0 }));
}

/** One row of the list. */
export function summary(room: ImageRoom, image: CatalogImage): Record<string, unknown> {
  return {
    Containers: -1,
    Created: createdSeconds(image.document),
    Id: image.id,
    Labels: image.document.config?.Labels ?? null,
    ParentId: image.parent ?? "",
    RepoDigests: repoDigests(room, image),
    RepoTags: repoTags(room, image),
    SharedSize: -1,
    Size: imageBytes(room, image),
  };
}

/** `GET /images/{name}/json` */
export function inspectImage(room: ImageRoom, name: string): object {
  const image = imageOf(room, name);
  const { document } = image;
  return {
    Id: image.id,
    RepoTags: repoTags(room, image),
    RepoDigests: repoDigests(room, image),
    Parent: image.parent ?? "",
    Comment: document.comment ?? document.history?.at(-1)?.comment ?? "",
    Created: document.created ?? "0001-01-01T00:00:00Z",
    DockerVersion: document.docker_version ?? "",
    Author: document.author ?? "",
    Architecture: document.architecture,
    ...(document.variant === undefined ? {} : { Variant: document.variant }),
    Os: document.os,
    Size: imageBytes(room, image),
    GraphDriver: { Name: "overlay", Data: { LowerDir: lowerDirsOf(room, image).join(":") } },
    RootFS: { Type: "layers", Layers: document.rootfs.diff_ids },
    Metadata: { LastTagTime: image.lastTagTime ?? "0001-01-01T00:00:00Z" },
    Config: {
      Cmd: null,
      Entrypoint: null,
      Env: null,
      Labels: null,
      OnBuild: null,
      User: "",
      Volumes: null,
      WorkingDir: "",
      ...document.config,
    },
  };
}

/** `GET /images/{name}/history`: the newest step first. */
export function imageHistory(room: ImageRoom, name: string): object[] {
  const image = imageOf(room, name);
  const layers = layersOf(room, image);
  const told = (image.document.history ?? []).filter(({ empty_layer }) => empty_layer !== true).length;
  // Some builders tell nothing of the layers below their own.
  layers.splice(0, Math.max(0, layers.length - told));
  const steps = (image.document.history ?? []).map((step) => ({
    Id: "<missing>",
    Created: createdSeconds(step),
    CreatedBy: step.created_by ?? "",
    Tags: null as readonly string[] | null,
    Size: step.empty_layer === true ? 0 : (layers.shift()?.sizeBytes ?? 0),
    Comment: step.comment ?? "",
  }));
  const newest = steps.at(-1);
  if (newest !== undefined) Object.assign(newest, { Id: image.id, Tags: orNull(repoTags(room, image)) });
  return steps.toReversed();
}

/** Folders for overlayfs, the uppermost first. The kernel refuses the same folder twice; what is above hides it anyway. */
export function lowerDirsOf(room: ImageRoom, image: CatalogImage): readonly string[] {
  const folders = new Set(
    layersOf(room, image)
      .toReversed()
      .map(({ folder }) => folder),
  );
  return [room.layers.mountPoints, ...folders];
}

/** Images that filters of a list let through. */
export function selected(room: ImageRoom, filters: WantedFilters, withIntermediate: boolean): CatalogImage[] {
  const bounds = {
    before: oldest(room, filters.get("before")),
    since: newest(room, filters.get("since")),
    until: untilSeconds(room, filters.get("until")),
  };
  const parents = new Set(room.catalog.list().map(({ parent }) => parent));
  return room.catalog.list().filter((image) => {
    const keys = room.catalog.referencesOf(image.id);
    const created = createdSeconds(image.document);
    const labels = image.document.config?.Labels ?? {};
    if (created >= Math.min(bounds.before, bounds.until) || created <= bounds.since) return false;
    if (!hasLabels(labels, filters.get("label"))) return false;
    if ((filters.get("label!") ?? []).some((label) => hasLabels(labels, [label]))) return false;
    const isIntermediate = keys.length === 0 && parents.has(image.id);
    if (isIntermediate && !withIntermediate) return false;
    const dangling = filters.get("dangling")?.[0];
    if (dangling !== undefined && isTrue(dangling) !== (keys.length === 0)) return false;
    const wanted = filters.get("reference") ?? [];
    return wanted.length === 0 || wanted.some((pattern) => keys.some((key) => matchesReference(key, pattern)));
  });
}

function oldest(room: ImageRoom, names: readonly string[] = []): number {
  return Math.min(...names.map((name) => createdSeconds(imageOf(room, name).document)));
}

function newest(room: ImageRoom, names: readonly string[] = []): number {
  return Math.max(...names.map((name) => createdSeconds(imageOf(room, name).document)));
}

function untilSeconds(room: ImageRoom, times: readonly string[] = []): number {
  return Math.min(...times.map((time) => Number((momentOf(time, "until", room.nowNs()) ?? 0n) / 1_000_000_000n)));
}

function isTrue(text: string): boolean {
  return ["1", "t", "true"].includes(text.toLowerCase());
}

function orNull(values: readonly string[]): readonly string[] | null {
  return values.length === 0 ? null : values;
}
