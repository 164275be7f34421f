import { isolate, type Isolated } from "../actions/isolated/isolate.ts";
import { reachablePorts } from "../actions/declare-names.ts";
import type { Healthcheck, Port, Project, Service } from "../compose/project.ts";
import { isAtLeast } from "../docker-api/version.ts";

/** What of an engine decides what a copy can ask of it. */
export interface PreparedFor {
  readonly apiVersion: string;
}

/**
 * The copy of a project that a test gets: moved apart from every other copy, its exposed ports within reach, and its health
 * known as soon as can be. Images that are built keep the name that they have without a test, for all copies together: each
 * is built once.
 */
export function prepare(project: Project, copy: string, { apiVersion }: PreparedFor): Isolated {
  const named = mapServices(project, (service) => withImage(project, service));
  const { project: apart, remarks } = isolate(named, copy);
  const reachable = mapServices(apart, withinReach);
  // Engines that do not know the interval of the start refuse nothing and heed nothing: see probedEarly.
  if (!isAtLeast(apiVersion, "1.44")) return { project: reachable, remarks };
  return { project: mapServices(reachable, probedOften), remarks };
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

/** A probe costs the engine some 50 ms of a processor: more of them would slow down what is waited for. */
export const startIntervalNs = 200e6;
const longestAddedPeriodNs = 10e9;

/**
 * A test waits for the first good answer of a probe, and the interval of a file is made for the time after it. While a
 * service starts it is asked more often; failures do not count then, so what never works is known so much later.
 */
function probedOften(service: Service): Service {
  const { healthcheck } = service;
  if (healthcheck?.test === undefined || healthcheck.disable === true) return service;
  const { intervalNs = usualIntervalNs, startIntervalNs: own } = healthcheck;
  if (own !== undefined || intervalNs <= startIntervalNs) return service;
  const startPeriodNs = healthcheck.startPeriodNs ?? addedPeriodNs(healthcheck, intervalNs);
  return { ...service, healthcheck: { ...healthcheck, startIntervalNs, startPeriodNs } };
}

/** What engines take where a file says nothing. */
const usualIntervalNs = 30e9;
const usualRetries = 3;

/** Never longer than the file lets it take anyhow. */
function addedPeriodNs({ retries = usualRetries }: Healthcheck, intervalNs: number): number {
  return Math.min(retries * intervalNs, longestAddedPeriodNs);
}

function mapServices(project: Project, change: (service: Service) => Service): Project {
  const services = Object.entries(project.services).map(([name, service]) => [name, change(service)] as const);
  return { ...project, services: Object.fromEntries(services) };
}
