import { isolate, type Isolated } from "../actions/isolated/isolate.ts";
import { reachablePorts } from "../actions/declare-names.ts";
import type { Port, Project, Service } from "../compose/project.ts";

/**
 * The copy of a project that a test gets: moved apart from every other copy, and its exposed ports within reach. Images
 * that are built keep the name that they have without a test, for all copies together: each is built once.
 */
export function prepare(project: Project, copy: string): Isolated {
  const named = mapServices(project, (service) => withImage(project, service));
  const { project: apart, remarks } = isolate(named, copy);
  return { project: mapServices(apart, withinReach), remarks };
}

function withImage({ name, nameSeparator = "-" }: Project, service: Service): Service {
  if (service.build === undefined || service.image !== undefined) return service;
  return { ...service, image: `${name}${nameSeparator}${service.name}` };
}

/** What is exposed to other services can be reached from this machine, too, and from nowhere else. */
function withinReach(service: Service): Service {
  const { ports = [], networkMode } = service;
  if (networkMode !== undefined && networkMode !== "bridge") return service;
  const published = new Set(ports.map(({ target, protocol = "tcp" }) => `${target}/${protocol}`));
  const added = reachablePorts(service)
    .filter(({ target, protocol }) => !published.has(`${target}/${protocol}`))
    .map((port): Port => ({ ...port, hostIp: "127.0.0.1", mode: "ingress" }));
  return added.length === 0 ? service : { ...service, ports: [...ports, ...added] };
}

function mapServices(project: Project, change: (service: Service) => Service): Project {
  const services = Object.entries(project.services).map(([name, service]) => [name, change(service)] as const);
  return { ...project, services: Object.fromEntries(services) };
}
