import type { EndpointSettings } from "../../docker-api/container.ts";
import type { Project, Service } from "../../compose/project.ts";
import { isAtLeast } from "../../docker-api/version.ts";
import type { ReportProblem } from "../problem.ts";
import { defined } from "./defined.ts";

/** A network to join, with everything the engine must know about it. */
export interface Endpoint {
  /** Name on the engine. */
  readonly network: string;
  readonly settings: EndpointSettings;
}

/** How one container joins the networks of its service. */
export interface EndpointRequest {
  readonly project: Project;
  readonly service: Service;
  readonly containerName: string;
  readonly links: readonly string[];
  readonly apiVersion: string;
  /** One-offs go by their own name only, so that they do not answer for the service. */
  readonly usesAliases?: boolean;
}

/** Networks of a service, the one that gives the default route first: highest priority, ties by name. */
export function networkKeys({ networks = {} }: Service): string[] {
  const priority = (key: string) => networks[key]?.priority ?? 0;
  return Object.keys(networks).sort((a, b) => priority(b) - priority(a) || (a < b ? -1 : 1));
}

/** Address of a container on its first network: what an older engine wants to know of the container itself. */
export function primaryMacAddress(service: Service): string | undefined {
  const [primary = ""] = networkKeys(service);
  return service.networks?.[primary]?.macAddress ?? service.macAddress;
}

/** The endpoints of a container, primary first; none when the service sets `network_mode`. */
export function endpointsOf(request: EndpointRequest, report: ReportProblem): Endpoint[] {
  const { project, service } = request;
  if (service.networkMode !== undefined) return [];
  return networkKeys(service).map((key, index) => ({
    network: project.networks[key]?.name ?? key,
    settings: endpointSettings(request, key, index === 0, report),
  }));
}

const interfaceNameOption = "com.docker.network.endpoint.ifname";

function endpointSettings(
  { service, containerName, links, apiVersion, usesAliases = true }: EndpointRequest,
  key: string,
  isPrimary: boolean,
  report: ReportProblem,
): EndpointSettings {
  const attachment = service.networks?.[key] ?? {};
  const requireApi = (minimum: string, attribute: string, value: unknown): void => {
    if (value === undefined || isAtLeast(apiVersion, minimum)) return;
    const path = ["services", service.name, "networks", key, attribute];
    report({ code: "unsupported", path, message: `needs engine API ${minimum}, got ${apiVersion}` });
  };
  const macAddress = isPrimary ? primaryMacAddress(service) : attachment.macAddress;
  requireApi("1.49", "interface_name", attachment.interfaceName);
  requireApi("1.48", "gw_priority", attachment.gwPriority);
  if (!isPrimary) requireApi("1.44", "mac_address", macAddress);
  const driverOptions = defined({ ...attachment.driverOpts, [interfaceNameOption]: attachment.interfaceName });
  const addresses = defined({
    IPv4Address: attachment.ipv4Address,
    IPv6Address: attachment.ipv6Address,
    LinkLocalIPs: attachment.linkLocalIps,
  });
  return defined({
    Aliases: [...new Set([containerName, ...(usesAliases ? [service.name, ...(attachment.aliases ?? [])] : [])])],
    Links: links.length === 0 ? undefined : links,
    IPAMConfig: Object.keys(addresses).length === 0 ? undefined : addresses,
    MacAddress: isAtLeast(apiVersion, "1.44") ? macAddress : undefined,
    DriverOpts: Object.keys(driverOptions).length === 0 ? undefined : driverOptions,
    GwPriority: attachment.gwPriority,
  });
}
