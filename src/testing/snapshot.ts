import {
  addLayers,
  copyBack,
  type KeptVolume,
  keepVolume,
  overlayOptions,
} from "../actions/volume-copies/kept-volume.ts";
import type { ListedContainer } from "../actions/ps.ts";
import type { Engine } from "../engine/engine.ts";
import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import { stop } from "../library/change.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { checkActiveServices } from "../actions/select-containers.ts";
import { holdLayers, type KeptLayer, keepLayer, removeLayers, withLayers } from "../actions/kept-layers.ts";
import { bringBack, type BringingBack, bringingBack, carryOut, onlyThese } from "./only-these.ts";
import type { Running } from "./running.ts";

/** A volume of one of the containers of a service. */
export interface MountedVolume {
  readonly service: string;
  /** Of the container, counted from 1. */
  readonly number: number;
  readonly target: string;
  /** By which the file knows it; absent: it has no name of its own. */
  readonly key?: string;
}

/** A volume, and the one that holds its copy. */
export interface StoredVolume extends MountedVolume {
  readonly copy: KeptVolume;
}

/** What services held at one moment. The copies go when it is disposed of, with the stack at the latest. */
export interface StackSnapshot extends AsyncDisposable {
  /** The stack that it was taken of. */
  readonly project: string;
  readonly services: readonly string[];
}

/** What a snapshot is made of. */
type Held = Pick<EngineSnapshot, "services" | "volumes" | "layers">;

/** A snapshot as volumes and images of the engine. */
export class EngineSnapshot implements StackSnapshot {
  readonly project: string;
  readonly services: readonly string[];
  readonly volumes: readonly StoredVolume[];
  readonly layers: readonly KeptLayer[];
  readonly #engine: Engine;
  /** Names of volumes that are layered over a copy: as long as there are any, the copies have to stay. */
  readonly #layered = new Set<string>();
  #nextLayer = 0;
  #isUnwanted = false;

  constructor({ project, context }: Running, { services, volumes, layers }: Held) {
    this.project = project.name;
    this.services = services;
    this.volumes = volumes;
    this.layers = layers;
    this.#engine = context.engine;
  }

  /** Options by which a volume of that name begins with what was kept; undefined where only copying helps. */
  async layer(copy: KeptVolume, name: string): Promise<Record<string, string> | undefined> {
    if (copy.lower === undefined) return undefined;
    const number = this.#nextLayer++;
    await addLayers(copy, number, this.#engine);
    this.#layered.add(name);
    return overlayOptions(copy.lower, number);
  }

  /** The volume of that name is no longer layered over this. */
  async leave(name: string): Promise<void> {
    this.#layered.delete(name);
    await this.#removeUnwanted();
  }

  /** It was disposed of. */
  get isUnwanted(): boolean {
    return this.#isUnwanted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isUnwanted = true;
    const layers = this.layers.map(({ image }) => image);
    await Promise.all([this.#removeUnwanted(), removeLayers(layers, this.#engine)]);
  }

  async #removeUnwanted(): Promise<void> {
    if (!this.#isUnwanted || this.#layered.size > 0) return;
    await Promise.all(this.volumes.map(({ copy }) => removeVolume(copy.name, this.#engine)));
  }
}

/** Whose data to keep, and which. */
export interface SnapshotRequest {
  /** Empty: of all that have some. */
  readonly services: readonly string[];
  /** Also what containers have written beside their volumes. */
  readonly layers: boolean;
  readonly timeoutMs: number;
}

/**
 * Copies the data of services, or of all that have some. They are stopped in good order meanwhile, so that a database has
 * written all it knows, and are healthy again when this resolves.
 */
export async function takeSnapshot(
  running: Running,
  { services: asked, layers: keepsLayers, timeoutMs }: SnapshotRequest,
): Promise<EngineSnapshot> {
  if (keepsLayers && running.isKept) {
    throw new UsageError(
      "layers of a stack that is to be reused cannot be kept: they go with this run, and it would stand on them",
      "leave out layers: true, or reuse: true",
    );
  }
  checkActiveServices(running.project, asked, "snapshot: ");
  await running.refresh({ all: true });
  const mounted = volumesOf(running, asked);
  const written = keepsLayers ? layeredOf(running, asked, mounted) : [];
  const services = [...new Set([...mounted, ...written].map(({ service }) => service))].toSorted();
  if (services.length === 0) throw nothingToKeep(keepsLayers);
  const { project, context } = running;
  await using undo = new AsyncDisposableStack();
  await stop(project, { services }, context);
  const copies = mounted.filter(isFirstOfName).map(async ({ name, image, ...volume }): Promise<StoredVolume> => {
    const copy = await keepVolume(name, { project: project.name, service: volume.service, image }, context.engine);
    undo.defer(() => removeVolume(copy.name, context.engine));
    return { ...volume, copy };
  });
  const layers = written.map(async (container): Promise<KeptLayer> => {
    const layer = await keepLayer(container, project.name, context.engine);
    undo.defer(() => removeLayers([layer.image], context.engine));
    return layer;
  });
  await Promise.allSettled([...copies, ...layers]);
  await bringBack(running, services, timeoutMs); // also when a copy failed
  const held = { services, volumes: await Promise.all(copies), layers: await Promise.all(layers) };
  const snapshot = new EngineSnapshot(running, held);
  undo.move();
  return snapshot;
}

/**
 * Gives services the data that they had when a snapshot was taken: new containers with new volumes, filled before anything
 * starts. They are healthy when this resolves; their published ports may be others.
 */
export async function restoreSnapshot(running: Running, given: StackSnapshot, timeoutMs: number): Promise<void> {
  const { context, project } = running;
  const snapshot = known(given);
  const { services, volumes } = snapshot;
  await running.refresh({ all: true }); // one that was stopped has its volumes all the same
  const old = running.containers.filter(({ service }) => services.includes(service));
  await Promise.all(old.map(({ id }) => context.engine.removeContainer(id, { force: true, withVolumes: true })));
  await Promise.all(volumes.flatMap(({ key }) => (key === undefined ? [] : [dropVolume(running, key)])));
  const data = { snapshot, layers: snapshot.layers };
  await fill(running, data, onlyThese(project, services), bringingBack(running, timeoutMs));
  await running.refresh();
}

/** Makes all of a stack that is not there yet, with the data of a snapshot; nothing is started. */
export async function createFilled(running: Running, snapshot: StackSnapshot): Promise<void> {
  const own = known(snapshot);
  const layers = await holdLayers(own.layers, running.project.name, running.context.engine);
  const how = { ...bringingBack(running, 0), wait: false, start: false };
  await fill(running, { snapshot: own, layers }, running.project, how);
}

function known(snapshot: StackSnapshot): EngineSnapshot {
  if (snapshot instanceof EngineSnapshot && !snapshot.isUnwanted) return snapshot;
  const what = snapshot instanceof EngineSnapshot ? "this snapshot was disposed of" : "this is no snapshot of a stack";
  throw new UsageError(what, "take one: await stack.snapshot()");
}

/** Carries out what makes a project so, with volumes that hold what was kept before anything is started on them. */
async function fill(
  running: Running,
  { snapshot, layers }: { readonly snapshot: EngineSnapshot; readonly layers: readonly KeptLayer[] },
  project: Project,
  how: BringingBack,
): Promise<void> {
  const { context } = running;
  const nameless = snapshot.volumes.filter(({ key }) => key === undefined);
  const withAll = async (plan: Plan): Promise<Plan> => withLayers(await withData(plan, running, snapshot), layers);
  // Whose volume has no name has one with its container.
  if (nameless.length > 0) {
    await carryOut(project, { ...how, wait: false, start: false }, running, withAll);
    await running.refresh({ all: true });
    await Promise.all(nameless.map((volume) => copyBack(volume.copy, mountOf(running, volume), context.engine)));
  }
  if (nameless.length === 0 || how.start !== false) await carryOut(project, how, running, withAll);
}

/** The same plan, but volumes that it makes hold what was kept: layered over it where that can be, else copied. */
async function withData(plan: Plan, running: Running, snapshot: EngineSnapshot): Promise<Plan> {
  const steps = plan.steps.map(async (step): Promise<Step> => {
    const { operation } = step;
    if (operation.kind !== "create-volume") return step;
    const volume = snapshot.volumes.find(({ key }) => key !== undefined && nameOf(running, key) === operation.name);
    if (volume === undefined) return step;
    const options = await layerFor(running, snapshot, volume);
    if (options !== undefined)
      return { ...step, operation: { ...operation, body: { ...operation.body, DriverOpts: options } } };
    // The step finds it then, and leaves it as it is.
    await running.context.engine.createVolume(operation.body);
    await copyBack(volume.copy, operation.name, running.context.engine);
    return step;
  });
  return { ...plan, steps: await Promise.all(steps) };
}

/** A copy goes with the stack that it was taken of: whatever stays longer than that is not layered over it. */
async function layerFor(
  running: Running,
  snapshot: EngineSnapshot,
  { copy, key = "" }: StoredVolume,
): Promise<Record<string, string> | undefined> {
  const { project, isKept, layered } = running;
  const { name, driver = "local", driverOpts } = project.volumes[key] ?? {};
  const isPlain = driver === "local" && Object.keys(driverOpts ?? {}).length === 0;
  if (name === undefined || !isPlain || isKept || snapshot.project !== project.name) return undefined;
  const options = await snapshot.layer(copy, name);
  if (options !== undefined) layered.set(name, snapshot);
  return options;
}

async function dropVolume(running: Running, key: string): Promise<void> {
  const { context, layered } = running;
  const name = nameOf(running, key);
  await removeVolume(name, context.engine);
  const below = layered.get(name);
  layered.delete(name);
  await below?.leave(name);
}

async function removeVolume(name: string, engine: Engine): Promise<void> {
  if ((await engine.inspectVolume(name)) !== undefined) await engine.removeVolume(name);
}

function nameOf({ project }: Running, key: string): string {
  const volume = project.volumes[key];
  if (volume === undefined) throw new UsageError(`this stack has no volume "${key}" to restore`);
  return volume.name;
}

/** The volume that a container has got at a place. */
function mountOf({ containers }: Running, { service, number, target }: MountedVolume): string {
  const container = containers.find((each) => each.service === service && (each.number ?? 1) === number);
  const mount = container?.mounts.find((each) => each.type === "volume" && each.target === target);
  if (mount !== undefined) return mount.source;
  throw new UsageError(`service "${service}" has no container ${number} with a volume at ${target} to restore`);
}

/** A volume that a container has, under the engine's name for it, and the container's image. */
interface FoundVolume extends MountedVolume {
  readonly name: string;
  readonly image: string;
}

/** With each volume every service that has it mounted: half of its users cannot be taken back. What is external is not ours. */
function volumesOf({ containers, project }: Running, asked: readonly string[]): readonly FoundVolume[] {
  const declared = new Map(Object.values(project.volumes).map((volume) => [volume.name, volume]));
  const replicas = containers.filter(({ isOneOff }) => !isOneOff);
  const all = replicas.flatMap(({ service, number = 1, imageId: image, mounts }) =>
    mounts.flatMap(({ type, source: name, target }): readonly FoundVolume[] => {
      const { key, isExternal = false } = declared.get(name) ?? {};
      if (type !== "volume" || isExternal) return [];
      return [{ service, number, target, name, image, ...(key === undefined ? {} : { key }) }];
    }),
  );
  const names = new Set(
    all.filter(({ service }) => asked.length === 0 || asked.includes(service)).map(({ name }) => name),
  );
  return all.filter(({ name }) => names.has(name));
}

/** Of whom to keep what is beside volumes: without names, of all that run; what has run to its end is not to run again. */
function layeredOf(
  { containers }: Running,
  asked: readonly string[],
  mounted: readonly FoundVolume[],
): readonly ListedContainer[] {
  const named = new Set([...asked, ...mounted.map(({ service }) => service)]);
  const isWanted = ({ service, state }: ListedContainer): boolean =>
    named.has(service) || (asked.length === 0 && state === "running");
  return containers.filter((container) => !container.isOneOff && isWanted(container));
}

function nothingToKeep(keepsLayers: boolean): UsageError {
  if (keepsLayers) return new UsageError("none of these services has a container: there is nothing to keep");
  return new UsageError(
    "none of these services has a volume: there is nothing to keep",
    "layers: true also keeps what they have written elsewhere",
  );
}

function isFirstOfName({ name }: FoundVolume, index: number, all: readonly FoundVolume[]): boolean {
  return all.findIndex((each) => each.name === name) === index;
}
