import type { Project } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import { graceOf } from "./grace.ts";
import { orphansOf } from "./orphans.ts";
import type { ProviderPrograms } from "./options.ts";
import type { Plan } from "./plan.ts";
import { writeProviderEnds } from "./providers.ts";
import { imagesToRemove } from "./teardown-images.ts";
import { writeRemoval, writeRemove } from "./write/removal.ts";

/** What a user can ask of `down`, as data. */
export interface TeardownOptions {
  /** Services named on the command line, with their dependents; empty or absent: everything. */
  readonly services?: readonly string[];
  /** `-v`: also declared volumes, and the anonymous ones of the containers. */
  readonly volumes?: boolean;
  /** `--rmi`: `local` spares images with a name of their own. */
  readonly images?: "local" | "all";
  readonly removeOrphans?: boolean;
  /** `-t`: how long a container may take to stop. */
  readonly graceMs?: number;
  /** Nobody is given any time: all containers are removed as they run, at once, and no hook is run. */
  readonly isAbrupt?: boolean;
  /** Programs that stand for services. */
  readonly providers?: ProviderPrograms;
}

/** What has to happen for nothing of a project to be left: containers, dependents first, then what they used. */
export function teardown(project: Project, snapshot: Snapshot, options: TeardownOptions = {}): Plan {
  const draft = new Draft();
  const named = options.services ?? [];
  const known = new Set(Object.keys({ ...project.services, ...project.disabledServices }));
  const unknown = named.filter((name) => !known.has(name));
  for (const name of unknown) draft.remark(`project "${project.name}" has no service "${name}"`);
  if (named.length === 0 || unknown.length < named.length) writeTeardown(project, snapshot, options, draft);
  return draft.finish({ action: "down", project: project.name, basis: basisOf(snapshot) });
}

function writeTeardown(project: Project, snapshot: Snapshot, options: TeardownOptions, draft: Draft): void {
  const orphans = orphansOf(project, snapshot).map(({ container }) => container);
  const isOrphan = new Set(orphans.map(({ id }) => id));
  const selected = selectedServices(project, options.services ?? []);
  const containers = [
    ...snapshot.containers.filter(({ id, service }) => !isOrphan.has(id) && selected(service)),
    ...(options.removeOrphans === true ? orphans : []),
  ];
  const removed = writeContainers(project, containers, options, draft);
  const ended = (service: string): number[] =>
    containers.flatMap((each) => (each.service === service ? (removed.get(each.id) ?? []) : []));
  writeProviderEnds(project, { verb: "down", selected, programs: options.providers ?? {}, ended }, draft);
  const gone = new Map([...removed, ...writeHookContainers(snapshot, selected, draft)]);
  // A network or volume that containers left alone still use would be refused.
  const everything = [...snapshot.containers, ...snapshot.hookContainers];
  const kept = everything.filter((each) => !gone.has(each.id));
  writeNetworks(project, snapshot, kept, gone, draft);
  if (options.images !== undefined) writeImages(project, snapshot, options, gone, draft);
  if (options.volumes === true) writeVolumes(project, snapshot, kept, gone, draft);
}

/** The named services and everything that depends on them; all when none is named. */
function selectedServices(project: Project, named: readonly string[]): (service: string) => boolean {
  if (named.length === 0) return () => true;
  const graph = serviceGraph({ ...project.disabledServices, ...project.services });
  const known = named.filter((name) => graph.order.includes(name));
  const names = new Set([...named, ...known.flatMap((name) => graph.dependentsOf(name))]);
  return (service) => names.has(service);
}

/** Ids of removed containers with the step that removes each. */
type Gone = ReadonlyMap<string, number>;

function writeContainers(
  project: Project,
  containers: readonly ObservedContainer[],
  options: TeardownOptions,
  draft: Draft,
): Gone {
  const services = { ...project.disabledServices, ...project.services };
  const graph = serviceGraph(services);
  const gone = new Map<string, number>();
  // Dependents first: a service must not outlive what it depends on.
  const rank = (name: string): number => graph.order.indexOf(name);
  const inOrder = containers.toSorted((a, b) => rank(b.service) - rank(a.service) || (a.name < b.name ? -1 : 1));
  for (const container of inOrder) {
    const dependents = rank(container.service) < 0 ? [] : graph.directDependentsOf(container.service);
    const after = inOrder.filter(({ service }) => dependents.includes(service)).flatMap(({ id }) => gone.get(id) ?? []);
    const cause = rank(container.service) < 0 ? `orphan: no service "${container.service}"` : "down";
    const withVolumes = options.volumes === true;
    if (options.isAbrupt === true) {
      gone.set(container.id, writeRemove(draft, { container, cause, after: [], withVolumes }));
      continue;
    }
    const removal = writeRemoval(draft, {
      container,
      cause,
      after,
      hooks: services[container.service]?.preStop ?? [],
      withVolumes,
      ...graceOf(services[container.service], options.graceMs),
    });
    gone.set(container.id, removal);
  }
  return gone;
}

/** What failed hooks left to be looked at goes with its service. */
function writeHookContainers({ hookContainers }: Snapshot, selected: (service: string) => boolean, draft: Draft): Gone {
  const left = hookContainers.filter(({ service }) => selected(service));
  return new Map(
    left.map((container) => [
      container.id,
      writeRemoval(draft, { container, cause: "down", after: [], hooks: [], withVolumes: true }),
    ]),
  );
}

function writeNetworks(
  project: Project,
  snapshot: Snapshot,
  kept: readonly ObservedContainer[],
  gone: Gone,
  draft: Draft,
): void {
  for (const network of Object.values(project.networks)) {
    if (network.isExternal) continue;
    for (const { id, name } of snapshot.networks.filter((each) => each.isOwned && each.name === network.name)) {
      const users = kept.filter(({ networks }) => networks[name] === id);
      if (users.length > 0) {
        draft.remark(keptFor(`network ${name}`, users));
        continue;
      }
      const after = [...snapshot.containers, ...snapshot.hookContainers].flatMap((each) =>
        each.networks[name] === undefined ? [] : (gone.get(each.id) ?? []),
      );
      draft.add({ kind: "remove-network", id, name, optional: true }, "down", { after });
    }
  }
}

function keptFor(what: string, users: readonly ObservedContainer[]): string {
  const names = users.map(({ name }) => name).join(", ");
  return `${what} is kept: ${names} still ${users.length === 1 ? "uses" : "use"} it`;
}

function writeVolumes(
  project: Project,
  snapshot: Snapshot,
  kept: readonly ObservedContainer[],
  gone: Gone,
  draft: Draft,
): void {
  for (const volume of Object.values(project.volumes)) {
    if (volume.isExternal || !snapshot.volumes.some(({ name }) => name === volume.name)) continue;
    const { name } = volume;
    const uses = ({ mounts }: ObservedContainer): boolean => mounts.some(({ source }) => source === name);
    const users = kept.filter(uses);
    if (users.length > 0) {
      draft.remark(keptFor(`volume ${name}`, users));
      continue;
    }
    const after = [...snapshot.containers, ...snapshot.hookContainers]
      .filter(uses)
      .flatMap(({ id }) => gone.get(id) ?? []);
    draft.add({ kind: "remove-volume", name, optional: true }, "--volumes", { after });
  }
}

function writeImages(
  project: Project,
  snapshot: Snapshot,
  { images, services = [] }: TeardownOptions,
  gone: Gone,
  draft: Draft,
): void {
  const selected = selectedServices(project, services);
  for (const image of imagesToRemove(project, snapshot, images ?? "local", selected)) {
    draft.add({ kind: "remove-image", image, optional: true }, `--rmi ${images}`, { after: [...gone.values()] });
  }
}
