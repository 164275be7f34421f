import { randomBytes } from "node:crypto";
import type { Engine } from "../../engine/engine.ts";
import { EngineError, TscomposeError } from "../../errors.ts";
import { tarOf, type TarEntry } from "../../execute/tar.ts";
import { label } from "../../observe/labels.ts";
import { readTar } from "../copy/read-tar.ts";
import { atWorkbench, type Workbench, type WorkbenchParts } from "./workbench.ts";

/**
 * A copy of a volume, in a volume of its own:
 *
 *     data            what the other one held
 *     0/upper 0/work  a layer for an overlay over it, and the next ones
 */
export interface KeptVolume {
  readonly name: string;
  /** Whose it is, and an image that the engine has. */
  readonly owner: VolumeOwner;
  /** The folder of the copy as the engine sees it; absent where it mounts no overlay over it. */
  readonly lower?: string;
}

/** Who asks for a copy, and with whose image it may be made. */
export type VolumeOwner = Pick<WorkbenchParts, "project" | "service" | "image">;

/** As many layers are made at once: each takes back the data one time, and a few empty folders. */
const layerCount = 64;

const data = "data";
const [source, target, trial] = ["/tscompose/from", "/tscompose/to", "/tscompose/trial"];

/** Copies a volume that nobody writes to meanwhile. */
export async function keepVolume(volume: string, owner: VolumeOwner, engine: Engine): Promise<KeptVolume> {
  const key = `snapshot-${randomBytes(4).toString("hex")}`;
  const name = `${owner.project}_${key}`;
  // Labelled as the project's own: it goes with the project, should whoever made it be gone.
  const { Mountpoint } = await engine.createVolume({
    Name: name,
    Labels: { [label.project]: owner.project, [label.volume]: key },
  });
  try {
    await copyVolume({ from: volume, to: name, intoFolder: data }, { owner, engine }, ({ id }) =>
      layOut(id, 0, engine),
    );
    const kept = { name, owner, lower: `${Mountpoint}/${data}` };
    return (await isLayered(kept, engine)) ? kept : { name, owner };
  } catch (error) {
    await engine.removeVolume(name, { force: true }).catch(() => {}); // it goes with the project at the latest
    throw error;
  }
}

/** Writes what was kept into another volume. */
export async function copyBack({ name, owner }: KeptVolume, into: string, engine: Engine): Promise<void> {
  await copyVolume({ from: name, fromFolder: data, to: into }, { owner, engine });
}

/** Options of a volume that holds what was kept, at once, whatever its size; each layer is good for one. */
export function overlayOptions(lower: string, layer: number): Record<string, string> {
  const folder = lower.slice(0, -data.length);
  const parts = [`lowerdir=${lower}`, `upperdir=${folder}${layer}/upper`, `workdir=${folder}${layer}/work`];
  return { type: "overlay", device: "overlay", o: parts.join(",") };
}

/** Sees to it that there is a layer of this number. */
export async function addLayers({ name, owner }: KeptVolume, layer: number, engine: Engine): Promise<void> {
  if (layer % layerCount !== 0) return;
  await atWorkbench({ ...owner, volumes: { [target]: name } }, engine, ({ id }) => layOut(id, layer, engine));
}

/** Makes empty layers from this number on, at a workbench that has the volume. */
async function layOut(id: string, first: number, engine: Engine): Promise<void> {
  // What is seen of a layered folder itself is of its upper part: owner and mode are to be those of the lower one.
  const own = await dressOf(id, `${target}/${data}`, engine);
  const numbers = Array.from({ length: layerCount }, (_, index) => first + index);
  const folders = numbers.flatMap((number) => [
    { ...ofRoot, path: `${number}` },
    { ...ofRoot, ...own, path: `${number}/upper` },
    { ...ofRoot, path: `${number}/work` },
  ]);
  await engine.uploadArchive(id, target, tarOf(folders.map((entry) => ({ entry, content: nothing }))));
}

/** Finds out whether the engine mounts a layer. */
async function isLayered({ name, owner, lower }: Required<KeptVolume>, engine: Engine): Promise<boolean> {
  if (/[:,\\]/.test(lower)) return false;
  const key = `${name}-trial`;
  const labels = { [label.project]: owner.project, [label.volume]: key };
  await engine.createVolume({ Name: key, DriverOpts: overlayOptions(lower, 0), Labels: labels });
  try {
    return await atWorkbench({ ...owner, volumes: { [trial]: key } }, engine, async ({ id }) => {
      return (await engine.statPath(id, `${trial}/.`)) !== undefined;
    });
  } catch (error) {
    if (error instanceof EngineError && error.code !== "unavailable") return false;
    throw error;
  } finally {
    await engine.removeVolume(key, { force: true });
  }
}

const nothing = new Uint8Array();
const ofRoot: Omit<TarEntry, "path"> = {
  kind: "directory",
  mode: 0o755,
  uid: 0,
  gid: 0,
  sizeBytes: 0,
  mtimeSeconds: 0,
};

async function dressOf(id: string, folder: string, engine: Engine): Promise<Pick<TarEntry, "mode" | "uid" | "gid">> {
  const enough = new AbortController();
  try {
    const archive = await engine.downloadArchive(id, `${folder}/.`, { signal: enough.signal });
    for await (const { mode, uid, gid } of readTar(archive)) return { mode, uid, gid };
  } finally {
    enough.abort();
  }
  throw new TscomposeError({
    code: "engine-fault",
    message: `${folder}: the engine sends an archive without the folder`,
  });
}

/** What is copied where; a folder of the target is made for it. */
interface Copy {
  readonly from: string;
  readonly fromFolder?: string;
  readonly to: string;
  readonly intoFolder?: string;
}

/** With the image's own `cp`, at the speed of the engine's disk; through archives where the image has none. */
async function copyVolume(
  { from, fromFolder = ".", to, intoFolder = "." }: Copy,
  { owner, engine }: { readonly owner: VolumeOwner; readonly engine: Engine },
  then: (workbench: Workbench) => Promise<void> = async () => {},
): Promise<void> {
  const volumes = { [source]: from, [target]: to };
  const [begin, end] = [`${source}/${fromFolder}/.`, `${target}/${intoFolder}`];
  await atWorkbench({ ...owner, volumes, command: ["cp", "-a", begin, end] }, engine, async (workbench) => {
    const { id } = workbench;
    if (!(await workbench.run())) {
      const folder = { entry: { ...ofRoot, path: intoFolder }, content: nothing };
      if (intoFolder !== ".") await engine.uploadArchive(id, target, tarOf([folder]));
      await engine.uploadArchive(id, end, await engine.downloadArchive(id, begin));
    }
    await then(workbench);
  });
}
