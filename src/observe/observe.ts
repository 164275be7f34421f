import type { Engine } from "../engine/engine.ts";
import type { ImageInspect } from "../docker-api/image.ts";
import { isOfPlatform } from "../docker-api/platform.ts";
import { label } from "./labels.ts";
import { toContainer, toImage, toNetwork, toVolume } from "./observed.ts";
import type { ObservedContainer, ObservedImage, ObservedNetwork, ObservedVolume, Snapshot } from "./snapshot.ts";

/** What to look at, beside everything that carries the project's label. */
export interface ObserveRequest {
  readonly projectName: string;
  /** Names on the engine that are wanted: external ones, and ours that someone else may have made. */
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  /** By the key they shall have in the snapshot. */
  readonly images?: Readonly<Record<string, WantedImage>>;
  /** Which containers to look at closely: one more call each. */
  readonly needsDetails?: (container: ObservedContainer) => boolean;
  /** Whether to look at everybody's containers, for ports of the host that are taken: one more call. */
  readonly needsPortHolders?: (containers: readonly ObservedContainer[]) => boolean;
  /** Names that somebody else's containers may have: one more call where there are any. */
  readonly wantedNames?: (containers: readonly ObservedContainer[]) => readonly string[];
}

/** An image to look for. */
export interface WantedImage {
  readonly reference: string;
  readonly platform?: string;
}

/** Reads what an engine holds of a project, all reads of one round at once. */
export async function observe(engine: Engine, request: ObserveRequest): Promise<Snapshot> {
  const ofProject = `${label.project}=${request.projectName}`;
  const [listed, networks, volumes, images] = await Promise.all([
    engine.listContainers({ all: true, filters: { label: [ofProject] } }),
    engine.listNetworks({ label: [ofProject] }),
    engine.listVolumes({ label: [ofProject] }),
    observeImages(engine, request.images ?? {}),
  ]);
  const labelled = (name: string): ObservedContainer[] =>
    listed.filter(({ Labels }) => Labels[name] !== undefined).map(toContainer);
  const owned = {
    // A container is the project's only if it also carries a config hash: hook containers and strangers do not.
    containers: labelled(label.configHash),
    networks: networks.map((info) => toNetwork(info, request.projectName)),
    volumes: volumes.map((info) => toVolume(info, request.projectName)),
  };
  const [detailed, portHolders, nameHolders, foreignNetworks, foreignVolumes] = await Promise.all([
    addDetails(engine, owned.containers, request.needsDetails),
    request.needsPortHolders?.(owned.containers) === true ? observePortHolders(engine) : [],
    observeNameHolders(engine, request.wantedNames?.(owned.containers) ?? []),
    missing(request.networks, owned.networks, async (name) => {
      const info = await engine.inspectNetwork(name);
      // The engine also answers to ids and prefixes of ids; a name is meant.
      return info === undefined || info.Name !== name ? undefined : toNetwork(info, request.projectName);
    }),
    missing(request.volumes, owned.volumes, async (name) => {
      const info = await engine.inspectVolume(name);
      return info === undefined ? undefined : toVolume(info, request.projectName);
    }),
  ]);
  const allNetworks = [...owned.networks, ...foreignNetworks].sort(byName);
  return {
    projectName: request.projectName,
    apiVersion: engine.apiVersion,
    ...(engine.podmanVersion === undefined ? {} : { podmanVersion: engine.podmanVersion }),
    containers: detailed.map((container) => withNetworkIds(container, allNetworks)).sort(byName),
    portHolders,
    nameHolders,
    hookContainers: labelled(label.hook).sort(byName),
    networks: allNetworks,
    volumes: [...owned.volumes, ...foreignVolumes].sort(byName),
    images: { ...images, ...(await imagesMadeFrom(engine, detailed, Object.values(images))) },
  };
}

/** Podman 4.3 gives names where the ids of a container's networks are due: what is known by such a name is meant. */
export function withNetworkIds(container: ObservedContainer, known: readonly ObservedNetwork[]): ObservedContainer {
  const networks = Object.entries(container.networks).map(([name, id]) => {
    return [name, id === name ? (known.find((network) => network.name === name)?.id ?? "") : id] as const;
  });
  return { ...container, networks: Object.fromEntries(networks) };
}

async function observePortHolders(engine: Engine): Promise<ObservedContainer[]> {
  const running = await engine.listContainers({ all: false, filters: {} });
  return running.map(toContainer).filter(({ ports }) => ports.length > 0);
}

async function observeNameHolders(engine: Engine, names: readonly string[]): Promise<ObservedContainer[]> {
  if (names.length === 0) return [];
  // A pattern, before which Docker has a slash and Podman has none.
  const name = names.map((each) => `^/?${each.replaceAll(".", "\\.")}$`);
  const found = await engine.listContainers({ all: true, filters: { name } });
  return found.map(toContainer).filter((container) => names.includes(container.name));
}

async function observeImages(
  engine: Engine,
  wanted: Readonly<Record<string, WantedImage>>,
): Promise<Record<string, ObservedImage>> {
  const found = await Promise.all(
    Object.entries(wanted).map(async ([key, { reference, platform }]) => {
      const image = await engine.inspectImage(reference, platform === undefined ? {} : { platform });
      return image === undefined || !isAsked(image, platform) ? [] : [[key, toImage(image)] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** Whether an image is for the platform asked for: engines that keep one per image answer with whatever they have. */
export function isAsked(
  { Os: os, Architecture: architecture, Variant: variant }: ImageInspect,
  platform?: string,
): boolean {
  if (platform === undefined || os === undefined || architecture === undefined) return true;
  return isOfPlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) }, platform);
}

async function addDetails(
  engine: Engine,
  containers: readonly ObservedContainer[],
  needsDetails: ObserveRequest["needsDetails"],
): Promise<ObservedContainer[]> {
  return Promise.all(
    containers.map(async (container) => {
      if (needsDetails === undefined || !needsDetails(container)) return container;
      const details = await engine.inspectContainer(container.id);
      return details === undefined ? container : { ...container, details };
    }),
  );
}

async function imagesMadeFrom(
  engine: Engine,
  containers: readonly ObservedContainer[],
  known: readonly ObservedImage[],
): Promise<Record<string, ObservedImage>> {
  const ids = new Set(containers.filter(({ details }) => details !== undefined).map(({ imageId }) => imageId));
  const seen = known.filter(({ id }) => ids.delete(id)).map((image) => [image.id, image] as const);
  const looked = await observeImages(engine, Object.fromEntries([...ids].map((id) => [id, { reference: id }])));
  return { ...Object.fromEntries(seen), ...looked };
}

async function missing<Thing extends ObservedNetwork | ObservedVolume>(
  wanted: readonly string[] | undefined,
  known: readonly Thing[],
  find: (name: string) => Promise<Thing | undefined>,
): Promise<Thing[]> {
  const names = new Set(known.map(({ name }) => name));
  const found = await Promise.all([...new Set(wanted)].filter((name) => !names.has(name)).map(find));
  return found.filter((thing) => thing !== undefined);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
