import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { constants } from "node:fs";
import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { VolumeInfo } from "../../docker-api/volume.ts";
import { HttpError, badRequest } from "../api/http-error.ts";
import { InRoot, PathError, pathBytes } from "../host/in-root.ts";
import { bindOpen, hostMounts, mount, unmount } from "../host/mounts.ts";
import { type MountOptions, mountOptionsOf } from "./driver-options.ts";
import type { VolumeStore } from "./volume-store.ts";

/** Mounts what the options of a volume say, and parts of volumes, as long as containers use them. */
export interface VolumeMounts {
  /** The folder to bind into a container. Throws 400 for a subpath that is not there or leads out. */
  mount(volume: VolumeInfo, subpath?: string): Promise<string>;
  /** Takes away what is mounted for the volume. */
  release(name: string): Promise<void>;
  /** Names of volumes for which something is mounted. */
  mounted(): Promise<readonly string[]>;
}

const subpaths = "subpaths";

export function createVolumeMounts(root: string, store: VolumeStore): VolumeMounts {
  const pointsBelow = async (folder: string): Promise<string[]> =>
    (await hostMounts()).map(({ point }) => point).filter((point) => point.startsWith(`${folder}/`));

  return {
    async mount({ Name, Mountpoint, Options }, subpath) {
      const options = mountOptionsOf(Name, Options ?? {});
      if (options !== undefined && !(await pointsBelow(dirname(Mountpoint))).includes(Mountpoint)) {
        await mountOptions(Name, Mountpoint, options);
      }
      return subpath === undefined ? Mountpoint : mountSubpath(store, { Name, Mountpoint }, subpath);
    },
    async release(name) {
      const points = await pointsBelow(store.beside(name, ".").replace(/\/\.?$/, ""));
      for (const point of points.toReversed()) await unmount(point);
      await rm(store.beside(name, subpaths), { recursive: true, force: true });
    },
    async mounted() {
      const names = (await pointsBelow(root)).map((point) => point.slice(root.length + 1).split("/")[0] ?? "");
      return [...new Set(names)];
    },
  };
}

async function mountOptions(name: string, point: string, { type, device, options }: MountOptions): Promise<void> {
  try {
    await mount({ type, device, point, options: await withAddress(type, options) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HttpError(500, `error while mounting volume '${name}' (${type}, ${device}, o=${options}): ${why}`, error);
  }
}

/** The kernel wants the number of a server, people write its name. */
async function withAddress(type: string, options: string): Promise<string> {
  if (!/^(nfs|cifs)/.test(type)) return options;
  const words = await Promise.all(
    options.split(",").map(async (word) => {
      const server = /^addr=(.+)$/.exec(word)?.[1];
      return server === undefined ? word : `addr=${(await lookup(server)).address}`;
    }),
  );
  return words.join(",");
}

/**
 * A folder or file within a volume, mounted by its open descriptor: what is checked is what the container gets, whoever
 * else renames things in the volume.
 */
async function mountSubpath(
  store: VolumeStore,
  { Name, Mountpoint }: Pick<VolumeInfo, "Name" | "Mountpoint">,
  subpath: string,
): Promise<string> {
  if (subpath.startsWith("/") || subpath.split("/").includes("..")) {
    throw badRequest(`invalid volume subpath ${JSON.stringify(subpath)}: it must be relative, and stay in the volume`);
  }
  await using root = await InRoot.open(Mountpoint);
  await using place = await root.find(pathBytes(subpath), { followsLast: true }).catch((error: unknown) => {
    throw error instanceof PathError ? missing(Name, subpath) : error;
  });
  if (place.status === undefined) throw missing(Name, subpath);
  await using found = await open(place.hostPath, placeOnly | constants.O_NOFOLLOW);
  const isFolder = (await found.stat()).isDirectory();
  const point = store.beside(Name, `${subpaths}/${createHash("sha256").update(subpath).digest("hex").slice(0, 16)}`);
  // What was mounted there for an earlier start may be another folder by now.
  if ((await hostMounts()).some((each) => each.point === point)) await unmount(point);
  await rm(point, { recursive: true, force: true });
  await mkdir(isFolder ? point : dirname(point), { recursive: true, mode: 0o701 });
  if (!isFolder) await writeFile(point, "");
  await bindOpen(found.fd, point);
  return point;
}

/** O_PATH of Linux: nothing is read, no device opened. */
const placeOnly = 0o10_000_000;

function missing(name: string, subpath: string): Error {
  return badRequest(`cannot access path ${JSON.stringify(subpath)} in volume ${name}: no such file or directory`);
}
