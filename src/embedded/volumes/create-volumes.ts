import type { VolumeCreateBody, VolumeInfo } from "../../docker-api/volume.ts";
import { badRequest, HttpError, notFound } from "../api/http-error.ts";
import { filtersOf, hasLabels, isSet } from "../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../api/route.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import type { EventBus } from "../events.ts";
import { folderBytes } from "../host/folder-size.ts";
import { createTurns } from "../store/turns.ts";
import { fillFromImage } from "./fill.ts";
import { createVolumeMounts } from "./volume-mounts.ts";
import { type VolumeStore, anonymousLabel, inUse, openVolumeStore } from "./volume-store.ts";
import type { Volumes } from "./volumes.ts";

/** A container, as far as volumes are concerned. */
export interface VolumeUser {
  readonly id: string;
  readonly isRunning: boolean;
  /** Names of the volumes it mounts. */
  readonly volumes: readonly string[];
}

/** What the volumes need of the engine. */
export interface VolumesParts {
  /** A folder of their own. */
  readonly folder: string;
  readonly bus: EventBus;
  /** RFC 3339. */
  readonly now: () => string;
  /** All containers there are, asked anew each time. */
  readonly users: () => readonly VolumeUser[];
}

/** Opens the engine's volumes. */
export async function createVolumes({ folder, bus, now, users }: VolumesParts): Promise<Volumes> {
  const store = await openVolumeStore(folder, () => now().replace(/\.\d+/, ""));
  const mounts = createVolumeMounts(folder, store);
  const inTurn = createTurns();
  const usersOf = (name: string): VolumeUser[] => users().filter(({ volumes }) => volumes.includes(name));
  const isBusy = (name: string): boolean => usersOf(name).some(({ isRunning }) => isRunning);
  const publish = (Action: string, { Name, Driver }: Pick<VolumeInfo, "Name" | "Driver">): void =>
    bus.publish({ Type: "volume", Action, Actor: { ID: Name, Attributes: { driver: Driver } } });

  async function ensure(body: VolumeCreateBody): Promise<VolumeInfo> {
    const { volume, isNew } = await store.ensure(body);
    if (isNew) publish("create", volume);
    return volume;
  }

  /** Throws 409 when a container uses it, 404 when it is gone. */
  function remove(volume: VolumeInfo): Promise<void> {
    return inTurn(volume.Name, async () => {
      const containers = usersOf(volume.Name).map(({ id }) => id);
      if (containers.length > 0) throw inUse(volume.Name, containers);
      await mounts.release(volume.Name);
      await store.remove(volume.Name);
      publish("destroy", volume);
    });
  }

  /** Tries to remove it; false when somebody has begun to use it, or was faster. */
  async function isRemoved(volume: VolumeInfo): Promise<boolean> {
    try {
      await remove(volume);
      return true;
    } catch (error) {
      if (error instanceof HttpError) return false;
      throw error;
    }
  }

  function get(name: string): VolumeInfo {
    const volume = store.find(name);
    if (volume === undefined) throw notFound(`get ${name}: no such volume`);
    return volume;
  }

  async function release(name: string): Promise<void> {
    if (!isBusy(name)) await mounts.release(name);
  }

  async function prune({ query, apiVersion }: ApiRequest): Promise<object> {
    const filters = filtersOf(query, ["label", "label!", "all"]);
    const isAll = !isAtLeast(apiVersion, "1.42") || ["1", "true"].includes(filters.get("all")?.[0] ?? "");
    const VolumesDeleted: string[] = [];
    let SpaceReclaimed = 0;
    for (const volume of store.list()) {
      const labels = volume.Labels ?? {};
      if (usersOf(volume.Name).length > 0 || (!isAll && !Object.hasOwn(labels, anonymousLabel))) continue;
      if (!hasLabels(labels, filters.get("label"))) continue;
      if ((filters.get("label!") ?? []).some((label) => hasLabels(labels, [label]))) continue;
      const bytes = await folderBytes(volume.Mountpoint);
      if (!(await isRemoved(volume))) continue;
      VolumesDeleted.push(volume.Name);
      SpaceReclaimed += bytes;
    }
    const Attributes = { reclaimed: String(SpaceReclaimed) };
    bus.publish({ Type: "volume", Action: "prune", Actor: { ID: "", Attributes } });
    return { VolumesDeleted, SpaceReclaimed };
  }

  const routes: readonly Route[] = [
    { method: "GET", path: "/volumes", handle: ({ query }) => json(listVolumes(store, query, usersOf)) },
    {
      method: "POST",
      path: "/volumes/create",
      handle: async (request) => ({ kind: "json", status: 201, body: await ensure(createBody(await request.json())) }),
    },
    { method: "POST", path: "/volumes/prune", handle: async (request) => json(await prune(request)) },
    { method: "GET", path: "/volumes/{name}", handle: ({ params }) => json(get(params["name"] ?? "")) },
    {
      method: "DELETE",
      path: "/volumes/{name}",
      handle: async ({ params, query }) => {
        const name = params["name"] ?? "";
        const isForced = isSet(query, "force");
        if (!isForced || store.find(name) !== undefined) await remove(get(name));
        return { kind: "empty", status: 204 };
      },
    },
  ];

  return {
    routes,
    find: async (name) => store.find(name),
    ensure: (body) => (body.Name ? inTurn(body.Name, () => ensure(body)) : ensure(body)),
    mount: (name, subpath) => inTurn(name, () => mounts.mount(get(name), subpath)),
    release: (name) => inTurn(name, () => release(name)),
    async recover() {
      for (const name of await mounts.mounted()) await inTurn(name, () => release(name));
    },
    fill: (name, image, path) =>
      inTurn(name, async () => {
        const place = await mounts.mount(get(name));
        await fillFromImage(place, image, { path, point: folder });
        await release(name);
      }),
    async removeAnonymous(name) {
      const volume = store.find(name);
      if (volume !== undefined) await isRemoved(volume);
    },
    async usage() {
      return Promise.all(
        store.list().map(async (volume) => ({
          ...volume,
          UsageData: { RefCount: usersOf(volume.Name).length, Size: await folderBytes(volume.Mountpoint) },
        })),
      );
    },
  };
}

function listVolumes(
  store: VolumeStore,
  query: URLSearchParams,
  usersOf: (name: string) => readonly VolumeUser[],
): object {
  const filters = filtersOf(query, ["name", "label", "driver", "dangling"]);
  const dangling = filters.get("dangling")?.[0];
  const volumes = store.list().filter(({ Name, Driver, Labels }) => {
    if (!(filters.get("name") ?? [""]).some((part) => Name.includes(part))) return false;
    if (!(filters.get("driver") ?? [Driver]).includes(Driver)) return false;
    if (!hasLabels(Labels ?? {}, filters.get("label"))) return false;
    return dangling === undefined || ["1", "true"].includes(dangling) === (usersOf(Name).length === 0);
  });
  return { Volumes: volumes, Warnings: null };
}

/** Throws 400 for what is no create request. */
function createBody(value: unknown): VolumeCreateBody {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRequest("invalid JSON: no object");
  const { Name, Driver, DriverOpts, Labels } = value as Record<string, unknown>;
  return {
    ...(Name === undefined || Name === null ? {} : { Name: text(Name, "Name") }),
    ...(Driver === undefined || Driver === null ? {} : { Driver: text(Driver, "Driver") }),
    ...(DriverOpts === undefined || DriverOpts === null ? {} : { DriverOpts: texts(DriverOpts, "DriverOpts") }),
    ...(Labels === undefined || Labels === null ? {} : { Labels: texts(Labels, "Labels") }),
  };
}

function texts(value: unknown, what: string): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw badRequest(`${what} is no object`);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, text(each, `${what}.${key}`)]));
}

function text(value: unknown, what: string): string {
  if (typeof value !== "string") throw badRequest(`${what} is no text`);
  return value;
}

function json(body: unknown): ApiReply {
  return { kind: "json", body };
}
