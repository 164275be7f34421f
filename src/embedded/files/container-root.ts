import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { notFound } from "../api/http-error.ts";
import { type ContainerDocument, type ContainerMount, isRunning } from "../containers/container.ts";
import { FileCalls } from "../host/file-calls.ts";
import { InRoot, PathError, pathBytes } from "../host/in-root.ts";
import { areLocal, hostMounts } from "../host/mounts.ts";
import { isAlive } from "../host/processes.ts";
import { type View, openView } from "../host/overlay-view.ts";
import type { Paths } from "../store/paths.ts";
import type { Turns } from "../store/turns.ts";
import type { Volumes } from "../volumes/volumes.ts";

/** The root of a container with all that is mounted in it, as its processes see it. */
export interface ContainerRoot extends AsyncDisposable {
  readonly root: InRoot;
  /** Places where something of the container's own is mounted: no pseudo file systems such as `/proc`. */
  readonly mountPoints: readonly string[];
}

/** What opening a root takes. */
export interface RootParts {
  readonly paths: Paths;
  readonly volumes: Pick<Volumes, "mount">;
  readonly find: (id: string) => ContainerDocument | undefined;
  /** Resolves when a container does not run any more. */
  readonly ended: (id: string) => Promise<void>;
  /** By container: what starts and removes them takes its turn in the same queue. */
  readonly turns: Turns;
}

/** What the runtime mounts in every container: the kernel's, endless in part, and none of the container's files. */
const ofTheRuntime = /^\/(?:dev|proc|sys)(?:\/|$)|^\/$/;

/**
 * Opens a container's root: that of its first process while it runs, else its layers put together for this purpose, not
 * to be written to.
 */
export async function openRoot(parts: RootParts, container: ContainerDocument): Promise<ContainerRoot> {
  const live = await liveRoot(parts, container);
  if (live !== undefined) return live;
  const view = await openLayers(parts.paths, container, false);
  const missing = await missingPoints(view.root, container.mounts).catch(async (error: unknown) => {
    await view[Symbol.asyncDispose]();
    throw error;
  });
  if (missing.length === 0) return mounted(parts, container, view);
  // It has never run: nobody has made the places to mount on yet.
  await view[Symbol.asyncDispose]();
  await withWritableRoot(parts, container.id, async () => {});
  return mounted(parts, container, await openLayers(parts.paths, container, false));
}

/** Works with a container's root that can be written to; one that does not run is not started meanwhile. */
export async function withWritableRoot(
  parts: RootParts,
  id: string,
  work: (opened: ContainerRoot) => Promise<void>,
): Promise<void> {
  const found = parts.find(id);
  const live = found === undefined ? undefined : await liveRoot(parts, found);
  if (live !== undefined) {
    await using opened = live;
    await work(opened);
    return;
  }
  await parts.turns(id, async () => {
    const container = parts.find(id);
    if (container === undefined) throw notFound(`No such container: ${id}`);
    await using opened = (await liveRoot(parts, container)) ?? (await openWritable(parts, container));
    await work(opened);
  });
}

/** The container's own root without what is mounted in it. */
export async function openBareRoot(parts: RootParts, container: ContainerDocument): Promise<ContainerRoot> {
  const live = await whileItRuns(parts, container, (pid) => liveBareRoot(parts.paths, container.id, pid));
  const opened = live ?? (await openLayers(parts.paths, container, false));
  return { root: opened.root, mountPoints: [], [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** The runtime's process, parent of the first one, is in the mount namespace in which only the root is mounted. */
async function liveBareRoot(
  paths: Paths,
  id: string,
  pid: number,
): Promise<AsyncDisposable & { readonly root: InRoot }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1] ?? "";
  const root = await InRoot.open(`/proc/${parent}/root${paths.container(id).rootfs}`);
  return { root, [Symbol.asyncDispose]: () => root[Symbol.asyncDispose]() };
}

/** Its layers, the uppermost first, in a view of its own. */
function openLayers(paths: Paths, { id, image }: ContainerDocument, isWritable: boolean): Promise<View> {
  const { upper, work } = paths.container(id);
  const point = paths.running;
  if (isWritable) return openView({ lowerDirs: image.lowerDirs, writable: { upper, work }, point });
  return openView({ lowerDirs: [upper, ...image.lowerDirs], point });
}

/** Asks a container's first process for something; `undefined` when there is none, or none any more. */
async function whileItRuns<Result>(
  { ended }: RootParts,
  container: ContainerDocument,
  ask: (pid: number) => Promise<Result>,
): Promise<Result | undefined> {
  const { process: first } = container.state;
  if (!isRunning(container) || first === undefined) return undefined;
  try {
    return await ask(first.pid);
  } catch (error) {
    if (isAlive(first)) throw error;
    await ended(container.id);
    return undefined;
  }
}

function liveRoot(parts: RootParts, container: ContainerDocument): Promise<ContainerRoot | undefined> {
  return whileItRuns(parts, container, async (pid) => {
    const mounts = await hostMounts(pid);
    // Who may mount more of them meanwhile is trusted with the machine.
    const root = await InRoot.open(`/proc/${pid}/root`, new FileCalls({ isPrompt: areLocal(mounts) }));
    return {
      root,
      mountPoints: mounts.map(({ point }) => point).filter((point) => !ofTheRuntime.test(point)),
      [Symbol.asyncDispose]: () => root[Symbol.asyncDispose](),
    };
  });
}

async function openWritable(parts: RootParts, container: ContainerDocument): Promise<ContainerRoot> {
  const view = await openLayers(parts.paths, container, true);
  try {
    for (const mount of await missingPoints(view.root, container.mounts)) await makePoint(view.root, mount);
  } catch (error) {
    await view[Symbol.asyncDispose]();
    throw error;
  }
  return mounted(parts, container, view);
}

/** With binds and volumes mounted, the outer ones first. */
async function mounted({ volumes }: RootParts, { mounts }: ContainerDocument, view: View): Promise<ContainerRoot> {
  const mountPoints: string[] = [];
  try {
    for (const { Type, Name, Source, Destination, RW, subpath } of bound(mounts)) {
      const point = await placeOf(view.root, Destination);
      if (point === undefined) continue;
      const source = Type === "volume" ? await volumes.mount(Name ?? "", subpath) : Source;
      await view.bind(source, point, { isReadOnly: !RW });
      mountPoints.push(point);
    }
    return { root: view.root, mountPoints, [Symbol.asyncDispose]: () => view[Symbol.asyncDispose]() };
  } catch (error) {
    await view[Symbol.asyncDispose]();
    throw error;
  }
}

function bound(mounts: readonly ContainerMount[]): readonly ContainerMount[] {
  return mounts
    .filter(({ Type }) => Type !== "tmpfs")
    .toSorted((one, other) => one.Destination.length - other.Destination.length);
}

async function missingPoints(root: InRoot, mounts: readonly ContainerMount[]): Promise<readonly ContainerMount[]> {
  const places = await Promise.all(bound(mounts).map(({ Destination }) => placeOf(root, Destination)));
  // Below another mount it is that one's to have it.
  return bound(mounts).filter(
    ({ Destination }, index) =>
      places[index] === undefined && !bound(mounts).some((each) => Destination.startsWith(`${each.Destination}/`)),
  );
}

async function makePoint(root: InRoot, { Type, Source, Destination }: ContainerMount): Promise<void> {
  const isFolder = Type === "volume" || (await stat(Source)).isDirectory();
  await using place = await root.find(pathBytes(Destination), { makesFolders: true, followsLast: true });
  if (place.status !== undefined) return;
  if (isFolder) await mkdir(place.hostPath, { mode: 0o755 });
  else await writeFile(place.hostPath, "", { flag: "wx", mode: 0o755 });
}

async function placeOf(root: InRoot, destination: string): Promise<string | undefined> {
  try {
    await using place = await root.find(pathBytes(destination), { followsLast: true });
    return place.status === undefined ? undefined : Buffer.from(place.path, "latin1").toString();
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}
