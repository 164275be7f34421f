import type { Network, Project, Service } from "../compose/project.ts";
import type { ObservedNetwork, Snapshot } from "../observe/snapshot.ts";
import { isAtLeast } from "../docker-api/version.ts";
import { label } from "../observe/labels.ts";
import { foreignRemark, missing } from "./declared.ts";
import { networkDifferences } from "./differences/network.ts";
import type { ReportProblem } from "./problem.ts";
import { networkHash } from "./config-hash.ts";

/** What is to be done about a network. */
export type NetworkDecision =
  | { readonly kind: "keep"; readonly network: Network; readonly observed: ObservedNetwork }
  | { readonly kind: "create"; readonly network: Network; readonly cause: string }
  | {
      readonly kind: "recreate";
      readonly network: Network;
      readonly observed: ObservedNetwork;
      readonly cause: string;
    };

/** Decisions by the key in the file. */
export type NetworkDecisions = ReadonlyMap<string, NetworkDecision>;

/** Decides about every network of a project. */
export function decideNetworks(
  project: Project,
  snapshot: Snapshot,
  { remark, report }: { readonly remark: (text: string) => void; readonly report: ReportProblem },
): NetworkDecisions {
  const decisions = new Map<string, NetworkDecision>();
  for (const [key, network] of Object.entries(project.networks)) {
    const observed = snapshot.networks.find(({ name }) => name === network.name);
    if (network.isExternal) {
      if (observed !== undefined) decisions.set(key, { kind: "keep", network, observed });
      else if (!isBuiltIn(network.name)) report(missing({ kind: "network", ...network }));
      continue;
    }
    if (observed !== undefined && !observed.isOwned)
      remark(foreignRemark({ kind: "network", ...network }, observed.labels));
    for (const name of formerNames(network, snapshot))
      remark(`networks.${key}: its former network "${name}" is left behind`);
    checkApi(network, snapshot, report);
    decisions.set(key, decide(network, observed));
  }
  for (const service of Object.values(project.services)) checkNetworkMode(service, project, snapshot, report);
  return decisions;
}

/** The network of the engine that a `network_mode` names, if it names one. */
export function networkOfMode(mode: string | undefined): string | undefined {
  // Podman has modes of its own; an id is looked for by the engine.
  const isMode =
    /^(?:host|none|bridge|default|private|nat|pasta.*|slirp4netns.*|(?:container|service|ns):.*|[0-9a-f]{12,})$/;
  return mode === undefined || mode === "" || isMode.test(mode) ? undefined : mode;
}

/** The engine would look for it only when the container is started. */
function checkNetworkMode(
  { name, networkMode }: Service,
  { networks }: Project,
  snapshot: Snapshot,
  report: ReportProblem,
): void {
  const wanted = networkOfMode(networkMode);
  const known = [...snapshot.networks, ...Object.values(networks)];
  if (wanted === undefined || known.some((network) => network.name === wanted)) return;
  report({
    code: "not-found",
    path: ["services", name, "network_mode"],
    message: `the engine has no network "${wanted}"`,
    hint: `write host, none, service:NAME or container:NAME; or create it: docker network create ${wanted}`,
  });
}

function decide(network: Network, observed: ObservedNetwork | undefined): NetworkDecision {
  if (observed === undefined) return { kind: "create", network, cause: "missing" };
  const hash = observed.labels[label.configHash];
  // What nobody labelled, or labelled before hashes existed, is used as it is.
  if (!observed.isOwned || hash === undefined || hash === networkHash(network)) {
    return { kind: "keep", network, observed };
  }
  return { kind: "recreate", network, observed, cause: networkDifferences(network, observed).join(", ") };
}

/** A network that got another name in the file leaves its old one on the engine. */
function formerNames({ key, name }: Network, { networks }: Snapshot): string[] {
  return networks
    .filter((each) => each.isOwned && each.labels[label.network] === key && each.name !== name)
    .map((each) => each.name);
}

/** An older engine would drop it without a word. */
function checkApi({ key, enableIpv4 }: Network, { apiVersion }: Snapshot, report: ReportProblem): void {
  if (enableIpv4 !== false || isAtLeast(apiVersion, "1.48")) return;
  report({
    code: "unsupported",
    path: ["networks", key, "enable_ipv4"],
    message: `needs engine API 1.48, got ${apiVersion}`,
  });
}

function isBuiltIn(name: string): boolean {
  return name === "host" || name === "none" || name === "bridge" || name === "default";
}
