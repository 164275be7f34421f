import type { NetworkedContainer } from "../networks/networks.ts";
import type { ContainerDocument } from "./container.ts";

/** A container as networks see it; `undefined` when it shares the network of another one. */
export function networkedContainer(container: ContainerDocument): NetworkedContainer | undefined {
  const { id, name, config, hostConfig, endpoints } = container;
  if (hostConfig.NetworkMode?.startsWith("container:") === true) return undefined;
  return {
    id,
    name,
    hostname: config.Hostname ?? "",
    ...(config.Domainname ? { domainname: config.Domainname } : {}),
    endpoints,
    ports: {
      bindings: hostConfig.PortBindings ?? {},
      exposed: Object.keys(config.ExposedPorts ?? {}),
      publishAll: hostConfig.PublishAllPorts === true,
    },
    dns: {
      servers: hostConfig.Dns ?? [],
      search: hostConfig.DnsSearch ?? [],
      options: hostConfig.DnsOptions ?? [],
    },
    extraHosts: hostConfig.ExtraHosts ?? [],
    links: hostConfig.Links ?? [],
  };
}
