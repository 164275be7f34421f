import type { Project, Service } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { enginePolicy } from "./spec/restart-policy.ts";

/**
 * What is asked for in vain on Podman, which neither refuses it nor says so: seen with 4.3 and 5.8, whose answers do not
 * tell of it, and whose containers do not have it.
 */
export function ignoredByPodman(
  { services }: Project,
  { podmanVersion }: Snapshot,
  { isAttached }: { readonly isAttached: boolean },
): readonly string[] {
  if (podmanVersion === undefined) return [];
  return Object.values(services).flatMap((service) => [
    ...ignoredAttributes(service, podmanVersion).map(
      (attribute) => `services.${service.name}.${attribute}: has no effect on Podman ${podmanVersion}`,
    ),
    ...(isAttached && restarts(service)
      ? [`services.${service.name}.restart: Podman does not tell of restarts, up may show the first run only`]
      : []),
  ]);
}

function ignoredAttributes(service: Service, podmanVersion: string): readonly string[] {
  const { domainname, logging, macAddress, networks = {} } = service;
  const choosesNoAddress = /^4\.[0-3]\./.test(podmanVersion);
  return [
    ...(domainname === undefined ? [] : ["domainname"]),
    ...(logging?.options?.["max-file"] === undefined ? [] : ["logging.options.max-file"]),
    ...(choosesNoAddress && macAddress !== undefined ? ["mac_address"] : []),
    ...Object.entries(networks).flatMap(([key, endpoint]) => [
      ...(endpoint?.linkLocalIps === undefined ? [] : [`networks.${key}.link_local_ips`]),
      ...(endpoint?.driverOpts === undefined ? [] : [`networks.${key}.driver_opts`]),
    ]),
  ];
}

function restarts(service: Service): boolean {
  const { Name = "" } = enginePolicy(service) ?? {};
  return Name !== "" && Name !== "no";
}
