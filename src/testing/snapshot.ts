import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Project } from "../compose/project.ts";
import { UsageError } from "../errors.ts";
import { stop, up } from "../library/change.ts";
import { temporaryFolder } from "../system/surroundings.ts";
import type { Running } from "./running.ts";

/** What services had in their volumes at one moment; its files are gone when it is disposed of. */
export interface StackSnapshot extends AsyncDisposable {
  readonly services: readonly string[];
  readonly volumes: readonly StoredVolume[];
}

/** One volume of one container, as an archive that only its owner can read. */
export interface StoredVolume {
  readonly service: string;
  readonly number: number;
  readonly target: string;
  readonly archive: string;
}

/** What is copied: named and anonymous volumes, as the containers have them mounted. */
interface MountedVolume extends Omit<StoredVolume, "archive"> {
  readonly id: string;
  readonly name: string;
}

/**
 * Copies the data of services, or of all that have volumes. They are stopped in good order meanwhile, so that a database has
 * written all it knows, and are healthy again when this resolves.
 */
export async function takeSnapshot(
  running: Running,
  asked: readonly string[],
  timeoutMs: number,
): Promise<StackSnapshot> {
  const mounted = volumesOf(running, asked);
  const services = [...new Set(mounted.map(({ service }) => service))];
  if (services.length === 0) throw new UsageError("none of these services has a volume: there is nothing to keep");
  const { project, context } = running;
  const folder = await mkdtemp(join(temporaryFolder(), "tscompose-snapshot-"));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  await using undo = new AsyncDisposableStack();
  undo.defer(dispose);
  await stop(project, { services }, context);
  const volumes = await Promise.all(
    mounted.map(async ({ id, service, number, target }, index): Promise<StoredVolume> => {
      const archive = join(folder, `${index}.tar`);
      // The dot: what is in the folder, and the folder itself with its owner.
      const content = await context.engine.downloadArchive(id, `${target}/.`, { signal: context.signal });
      await pipeline(content, createWriteStream(archive, { mode: 0o600 }));
      return { service, number, target, archive };
    }),
  );
  await bringBack(running, services, timeoutMs);
  undo.move();
  return { services, volumes, [Symbol.asyncDispose]: dispose };
}

/**
 * Gives services the data that they had when a snapshot was taken: new containers with new volumes, which are filled before
 * anything starts. They are healthy when this resolves; their published ports may be others.
 */
export async function restoreSnapshot(running: Running, snapshot: StackSnapshot, timeoutMs: number): Promise<void> {
  const { context, project, variables } = running;
  const { engine, signal } = context;
  const { services } = snapshot;
  const mounted = volumesOf(running, services);
  const containers = running.containers.filter(({ service }) => services.includes(service));
  await Promise.all(containers.map(({ id }) => engine.removeContainer(id, { force: true, withVolumes: true })));
  await Promise.all([...new Set(mounted.map(({ name }) => name))].map((name) => removeVolume(running, name)));
  const how = { start: false, ignoreOrphans: true, build: "never", environment: variables } as const;
  await up(onlyThese(project, services), how, context);
  await running.refresh({ all: true });
  for (const { service, number, target, archive } of snapshot.volumes) {
    const made = running.containers.find((each) => each.service === service && each.number === number);
    if (made === undefined) throw new UsageError(`service "${service}" has no container ${number} to restore`);
    await engine.uploadArchive(made.id, target, createReadStream(archive), { signal });
  }
  await bringBack(running, services, timeoutMs);
}

/** A volume that was anonymous has gone with its container. */
async function removeVolume({ context: { engine } }: Running, name: string): Promise<void> {
  if ((await engine.inspectVolume(name)) !== undefined) await engine.removeVolume(name);
}

/** Each volume once, and with it every service that has it mounted: half of its users cannot be taken back. */
function volumesOf({ containers }: Running, asked: readonly string[]): readonly MountedVolume[] {
  const all = containers.flatMap(({ id, service, number = 1, mounts }) =>
    mounts.flatMap(({ type, source: name, target }) =>
      type === "volume" ? [{ id, service, number, target, name }] : [],
    ),
  );
  const names = new Set(
    all.filter(({ service }) => asked.length === 0 || asked.includes(service)).map(({ name }) => name),
  );
  return all.filter(({ name }) => names.has(name));
}

async function bringBack(running: Running, services: readonly string[], waitTimeoutMs: number): Promise<void> {
  const { context, project, variables } = running;
  const how = { wait: true, waitTimeoutMs, recreate: "never", ignoreOrphans: true, build: "never" } as const;
  await up(onlyThese(project, services), { ...how, environment: variables }, context);
  await running.refresh();
}

/** A project as if there were nothing but these services: nothing that they depend on is touched. */
export function onlyThese(project: Project, names: readonly string[]): Project {
  const own = Object.entries(project.services).filter(([name]) => names.includes(name));
  const others = Object.entries(project.services).filter(([name]) => !names.includes(name));
  const missing = names.find((name) => project.services[name] === undefined);
  if (missing !== undefined) throw new UsageError(`service "${missing}" is not part of this stack`);
  return {
    ...project,
    services: Object.fromEntries(own.map(([name, service]) => [name, { ...service, dependsOn: {} }])),
    disabledServices: { ...project.disabledServices, ...Object.fromEntries(others) },
  };
}
