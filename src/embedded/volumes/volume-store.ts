import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { VolumeCreateBody, VolumeInfo } from "../../docker-api/volume.ts";
import { badRequest, conflict, notFound } from "../api/http-error.ts";
import { loadJson, saveJson } from "../store/json-file.ts";
import { createTurns } from "../store/turns.ts";
import { mountOptionsOf } from "./driver-options.ts";

/** Marks volumes that nobody gave a name, as Docker does since API 1.42. */
export const anonymousLabel = "com.docker.volume.anonymous";

/** The volumes on disk: `<name>/meta.json` beside `<name>/_data`. A folder without `meta.json` is no volume. */
export interface VolumeStore {
  find(name: string): VolumeInfo | undefined;
  list(): readonly VolumeInfo[];
  /** Gives the volume, made when there is none. Throws 400 for a bad name or option, 404 for an unknown driver. */
  ensure(body: VolumeCreateBody): Promise<{ readonly volume: VolumeInfo; readonly isNew: boolean }>;
  /** Deletes a volume and all it holds. */
  remove(name: string): Promise<void>;
  /** A place for what belongs to a volume but is not in it. */
  beside(name: string, what: string): string;
}

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const longestName = 255;

/** Opens the store and finishes removals that a crash interrupted. `now` in RFC 3339. */
export async function openVolumeStore(root: string, now: () => string): Promise<VolumeStore> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  const volumes = await load(root);
  const turns = createTurns();

  async function make(
    name: string,
    { Labels, DriverOpts }: VolumeCreateBody,
    isAnonymous: boolean,
  ): Promise<VolumeInfo> {
    const options = withoutNulls(DriverOpts);
    mountOptionsOf(name, options);
    const volume: VolumeInfo = {
      CreatedAt: now(),
      Driver: "local",
      Labels: isAnonymous ? { ...withoutNulls(Labels), [anonymousLabel]: "" } : (Labels ?? null),
      Mountpoint: join(root, name, "_data"),
      Name: name,
      Options: Object.keys(options).length === 0 ? null : options,
      Scope: "local",
    };
    await mkdir(volume.Mountpoint, { recursive: true, mode: 0o755 });
    // Others than root pass through on their way to what is theirs, as in Docker; a umask must not decide that.
    await Promise.all([chmod(join(root, name), 0o701), chmod(volume.Mountpoint, 0o755)]);
    await saveJson(join(root, name, "meta.json"), volume, { sync: true });
    volumes.set(name, volume);
    return volume;
  }

  return {
    find: (name) => volumes.get(name),
    list: () => [...volumes.values()],
    beside: (name, what) => join(root, name, what),
    ensure(body) {
      const name = body.Name || randomBytes(32).toString("hex");
      return turns(name, async () => {
        checkName(name);
        checkDriver(name, body.Driver);
        const known = volumes.get(name);
        if (known !== undefined) return { volume: known, isNew: false };
        return { volume: await make(name, body, !body.Name), isNew: true };
      });
    },
    remove: (name) =>
      turns(name, async () => {
        if (!volumes.has(name)) throw notFound(`get ${name}: no such volume`);
        // Renamed first: half a volume must never look like a whole one.
        const gone = join(root, `.removed-${randomBytes(8).toString("hex")}`);
        await rename(join(root, name), gone);
        volumes.delete(name);
        await rm(gone, { recursive: true, force: true });
      }),
  };
}

async function load(root: string): Promise<Map<string, VolumeInfo>> {
  const volumes = new Map<string, VolumeInfo>();
  for (const name of await readdir(root)) {
    if (name.startsWith(".removed-")) await rm(join(root, name), { recursive: true, force: true });
    if (!namePattern.test(name)) continue;
    const saved = await loadJson(join(root, name, "meta.json"));
    if (saved !== undefined) volumes.set(name, { ...(saved as VolumeInfo), Mountpoint: join(root, name, "_data") });
  }
  return volumes;
}

function checkName(name: string): void {
  if (name.length === 1) {
    throw badRequest("create : volume name is too short, names should be at least two alphanumeric characters");
  }
  if (name.length <= longestName && namePattern.test(name)) return;
  throw badRequest(
    `create ${name}: ${JSON.stringify(name)} includes invalid characters for a local volume name, only ` +
      `"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  );
}

function checkDriver(name: string, driver = "local"): void {
  if (driver === "local" || driver === "") return;
  throw notFound(`create ${name}: error looking up volume plugin ${driver}: plugin "${driver}" not found`);
}

/** Refuses the removal of a volume that containers name, in Docker's words. */
export function inUse(name: string, containers: readonly string[]): Error {
  return conflict(`remove ${name}: volume is in use - [${containers.join(", ")}]`);
}

function withoutNulls(values: Readonly<Record<string, string>> | null | undefined): Record<string, string> {
  return { ...values };
}
