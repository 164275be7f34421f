import type { NetworkCreateBody } from "../../docker-api/network.ts";
import type { Network } from "../../compose/project.ts";
import { composeVersion, label } from "../../observe/labels.ts";
import { networkHash } from "../config-hash.ts";
import { defined } from "./defined.ts";

/** Body that creates a network of a project. */
export function networkBody(network: Network, projectName: string): NetworkCreateBody {
  return defined({
    Name: network.name,
    Driver: network.driver,
    Internal: network.internal,
    Attachable: network.attachable,
    EnableIPv4: network.enableIpv4,
    EnableIPv6: network.enableIpv6,
    IPAM: ipamBody(network.ipam),
    Options: network.driverOpts,
    Labels: {
      ...network.labels,
      [label.configHash]: networkHash(network),
      [label.network]: network.key,
      [label.project]: projectName,
      [label.version]: composeVersion,
    },
  });
}

function ipamBody(ipam: Network["ipam"]): NetworkCreateBody["IPAM"] {
  if (ipam === undefined) return undefined;
  const pools = ipam.config?.map(({ subnet, ipRange, gateway, auxAddresses }) =>
    defined({ Subnet: subnet, IPRange: ipRange, Gateway: gateway, AuxiliaryAddresses: auxAddresses }),
  );
  if (ipam.driver === undefined && ipam.options === undefined && (pools ?? []).length === 0) return undefined;
  return defined({ Driver: ipam.driver, Config: pools, Options: ipam.options });
}
