import type { Project, Service } from "../compose/project.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { holderOf, wantedPorts } from "./host-ports.ts";
import { imageKey, imageOf, otherImages } from "./names.ts";
import { networkOfMode } from "./networks.ts";
import { withoutProviders } from "./providers.ts";

/** What must be observed for a plan of the project to be made. */
export interface Needed {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: Readonly<Record<string, { readonly reference: string; readonly platform?: string }>>;
  /** True for replicas: labels tell what one was made as, but limits may have been changed since. */
  readonly needsDetails: (container: ObservedContainer) => boolean;
  /** True when a port of the host is wanted that no container of its service publishes: somebody else may. */
  readonly needsPortHolders: (containers: readonly ObservedContainer[]) => boolean;
  /** Names that the file gives to containers which are not there: somebody else's may have them. */
  readonly wantedNames: (containers: readonly ObservedContainer[]) => readonly string[];
}

/** Lists what a project refers to on the engine. */
export function neededFor(given: Project): Needed {
  const project = withoutProviders(given);
  return {
    networks: [
      ...Object.values(project.networks).map(({ name }) => name),
      ...Object.values(project.services).flatMap(({ networkMode }) => networkOfMode(networkMode) ?? []),
    ],
    volumes: Object.values(project.volumes).map(({ name }) => name),
    images: neededImages(project),
    needsDetails: ({ service, isOneOff }) => project.services[service] !== undefined && !isOneOff,
    needsPortHolders: (containers) =>
      Object.values(project.services).some((service) => !publishesAlready(service, project, containers)),
    wantedNames: (containers) =>
      Object.values(project.services)
        .flatMap(({ containerName }) => containerName ?? [])
        .filter((wanted) => containers.every(({ name }) => name !== wanted)),
  };
}

function neededImages(project: Project): Needed["images"] {
  const services = Object.values(project.services);
  const own = services.map((service) => {
    const reference = imageOf(project, service);
    const { platform } = service;
    return [imageKey(reference, platform), { reference, ...(platform === undefined ? {} : { platform }) }] as const;
  });
  const others = services.flatMap((service) =>
    otherImages(project, service).map((reference) => [reference, { reference }] as const),
  );
  return Object.fromEntries([...others, ...own]);
}

function publishesAlready(service: Service, project: Project, containers: readonly ObservedContainer[]): boolean {
  const own = containers.filter((container) => container.service === service.name && !container.isOneOff);
  const wanted = wantedPorts(service, { project, snapshot: { networks: [] } });
  return wanted.every((port) => holderOf(port.first, port, own) !== undefined);
}
