import type { ContainerCreateBody, ContainerInspect, EndpointSettings } from "../../docker-api/container.ts";
import { compare, compareMaps } from "./compare.ts";

/** How a container joins its networks differently. */
export function endpointDifferences(wanted: ContainerCreateBody, actual: ContainerInspect): string[] {
  const now = wanted.NetworkingConfig?.EndpointsConfig ?? {};
  const before = actual.NetworkSettings.Networks;
  if (Object.keys(now).length === 0) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return names.flatMap((name) => {
    const [from, to] = [before[name], now[name]];
    if (to === undefined) return [`networks.${name} left`];
    return from === undefined ? [`networks.${name} joined`] : settingDifferences(name, from, to);
  });
}

function settingDifferences(name: string, from: EndpointSettings, to: EndpointSettings): string[] {
  const at = `networks.${name}`;
  return [
    ...compare(`${at}.aliases`, aliases(from, to), aliases(to, to)),
    ...compare(`${at}.ipv4_address`, from.IPAMConfig?.IPv4Address, to.IPAMConfig?.IPv4Address),
    ...compare(`${at}.ipv6_address`, from.IPAMConfig?.IPv6Address, to.IPAMConfig?.IPv6Address),
    ...compare(`${at}.link_local_ips`, from.IPAMConfig?.LinkLocalIPs, to.IPAMConfig?.LinkLocalIPs),
    ...compareMaps(`${at}.driver_opts`, from.DriverOpts, to.DriverOpts),
    // The engine makes up an address where none is asked for.
    ...(to.MacAddress === undefined ? [] : compare(`${at}.mac_address`, from.MacAddress, to.MacAddress)),
  ];
}

/** Older engines add the short id of the container to the aliases. */
function aliases({ Aliases }: EndpointSettings, wanted: EndpointSettings): string[] {
  const isId = (alias: string): boolean => /^[0-9a-f]{12}$/.test(alias) && wanted.Aliases?.includes(alias) !== true;
  return (Aliases ?? []).filter((alias) => !isId(alias)).sort();
}
