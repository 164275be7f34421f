import { answered, apart, container, like, network, type Proof, type Proofs, volume } from "./proof.ts";

const pool = network(
  {
    ipam: {
      config: [
        {
          subnet: "10.219.8.0/24",
          ip_range: "10.219.8.128/25",
          gateway: "10.219.8.9",
          aux_addresses: { taken: "10.219.8.10" },
        },
      ],
    },
  },
  {
    IPAM: {
      Config: [
        {
          Subnet: "10.219.8.0/24",
          IPRange: "10.219.8.128/25",
          Gateway: "10.219.8.9",
          AuxiliaryAddresses: { taken: "10.219.8.10" },
        },
      ],
    },
  },
);

/** Drivers that no engine has: it looks for each, for some seconds, and says which it misses. */
const strange = {
  networks: { one: { driver: "driver-of-networks" }, two: { ipam: { driver: "driver-of-addresses" } } },
  volumes: { data: { driver: "driver-of-volumes" } },
};

/** A container that uses the network joins this one of the engine. */
const joins = (definition: string, name: (project: string) => string): Proof =>
  container({ networks: [definition] }, (project) => ({ NetworkSettings: { Networks: { [name(project)]: {} } } }));

/** A container that uses the volume has this one of the engine. */
const holds = (definition: string, name: RegExp): Proof =>
  container({ volumes: [`${definition}:/v`] }, { Mounts: [{ Name: like(name) }] });

/** Rows of networks and volumes. */
export const resources: Proofs = {
  "networks.*.name": network({ name: "${COMPOSE_PROJECT_NAME}-net" }, { Name: like(/-net$/) }),
  "networks.*.driver": answered(strange, /driver-of-networks/),
  "networks.*.driver_opts": network(
    { driver_opts: { "com.docker.network.bridge.enable_icc": "false" } },
    { Options: { "com.docker.network.bridge.enable_icc": "false" } },
  ),
  "networks.*.ipam.driver": answered(strange, /driver-of-addresses/),
  "networks.*.ipam.config": pool,
  "networks.*.ipam.config.*.subnet": pool,
  "networks.*.ipam.config.*.ip_range": pool,
  "networks.*.ipam.config.*.gateway": pool,
  "networks.*.ipam.config.*.aux_addresses": pool,
  "networks.*.ipam.options": network(
    { ipam: { options: { "org.example.a": "b" } } },
    { IPAM: { Options: { "org.example.a": "b" } } },
  ),
  "networks.*.external": joins("theirs", (project) => `${project}-outside`),
  "networks.*.external.name": joins("theirs-as-of-old", (project) => `${project}-outside`),
  "networks.*.internal": network({ internal: true }, { Internal: true }),
  "networks.*.enable_ipv4": apart(
    network(
      { enable_ipv4: false, enable_ipv6: true, ipam: { config: [{ subnet: "fd00:220::/64" }] } },
      { EnableIPv4: false },
    ),
  ),
  "networks.*.enable_ipv6": apart(
    network({ enable_ipv6: true, ipam: { config: [{ subnet: "fd00:221::/64" }] } }, { EnableIPv6: true }),
  ),
  "networks.*.attachable": network({ attachable: true }, { Attachable: true }),
  "networks.*.labels": network({ labels: { "org.example.a": "b" } }, { Labels: { "org.example.a": "b" } }),

  "volumes.*.name": volume({ name: "${COMPOSE_PROJECT_NAME}-vol" }, { Name: like(/-vol$/) }),
  "volumes.*.driver": answered(strange, /driver-of-volumes/),
  "volumes.*.driver_opts": volume(
    { driver_opts: { type: "tmpfs", device: "tmpfs", o: "size=1m" } },
    { Options: { type: "tmpfs", device: "tmpfs", o: "size=1m" } },
  ),
  "volumes.*.external": holds("theirs", /-outside$/),
  "volumes.*.external.name": holds("theirs-as-of-old", /-outside$/),
  "volumes.*.labels": volume({ labels: { "org.example.a": "b" } }, { Labels: { "org.example.a": "b" } }),
};
