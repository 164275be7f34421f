import type { Project, Service } from "../compose/project.ts";
import { label } from "../observe/labels.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { digest, serviceHashText } from "./config-hash.ts";
import { holderOf, wantedPorts } from "./host-ports.ts";
import { imageKey, imageOf, otherImages } from "./names.ts";
import { withoutProviders } from "./providers.ts";
import { resolveForHash } from "./references.ts";

/** What must be observed for a plan of the project to be made. */
export interface Needed {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: Readonly<Record<string, { readonly reference: string; readonly platform?: string }>>;
  /** True for containers that diverge: only these have to be looked at closely. */
  readonly needsDetails: (container: ObservedContainer, all: readonly ObservedContainer[]) => boolean;
  /** True when a port of the host is wanted that no container of its service publishes: somebody else may. */
  readonly needsPortHolders: (containers: readonly ObservedContainer[]) => boolean;
}

/** Lists what a project refers to on the engine. */
export function neededFor(given: Project): Needed {
  const project = withoutProviders(given);
  return {
    networks: Object.values(project.networks).map(({ name }) => name),
    volumes: Object.values(project.volumes).map(({ name }) => name),
    images: neededImages(project),
    needsDetails: (container, all) => {
      const service = project.services[container.service];
      return service !== undefined && !container.isOneOff && diverges(service, container, all);
    },
    needsPortHolders: (containers) =>
      Object.values(project.services).some((service) => !publishesAlready(service, project, containers)),
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

function diverges(service: Service, container: ObservedContainer, all: readonly ObservedContainer[]): boolean {
  const firstOf = (name: string): string => {
    const replicas = all.filter((each) => each.service === name && !each.isOneOff);
    return replicas.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0]?.id ?? name;
  };
  return container.labels[label.configHash] !== digest(serviceHashText(resolveForHash(service, firstOf)));
}
