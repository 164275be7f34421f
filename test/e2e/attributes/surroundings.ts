import type { Definition } from "./proof.ts";

const outside = "${COMPOSE_PROJECT_NAME}-outside";

/** Names that proofs refer to beside their own definitions, by section. */
export const surroundings: Readonly<Record<"services" | "networks" | "volumes" | "configs" | "secrets", Definition>> = {
  services: {
    peer: { image: "busybox", volumes: ["/of-peer"] },
    model: { image: "busybox", labels: { "org.example.from": "model" } },
  },
  networks: {
    one: { enable_ipv6: true, ipam: { config: [{ subnet: "10.219.7.0/24" }, { subnet: "fd00:219::/64" }] } },
    two: {},
    theirs: { external: true, name: outside },
    "theirs-as-of-old": { external: { name: outside } },
  },
  volumes: {
    data: {},
    notes: {},
    theirs: { external: true, name: outside },
    "theirs-as-of-old": { external: { name: outside } },
  },
  configs: {
    "from-file": { file: "./greeting.txt" },
    inline: { content: "written inline" },
    "from-shell": { environment: "OF_SHELL" },
  },
  secrets: { "from-file": { file: "./greeting.txt" }, "from-shell": { environment: "OF_SHELL" } },
};
