import type { NetworkAttachment, Port, Project, Service } from "../../compose/project.ts";
import type { Path } from "../../compose/source.ts";
import type { ReportProblem } from "../problem.ts";
import { checker, type CheckValue, oneOf, type Rule } from "./rule.ts";
import { isInSubnet } from "./subnet.ts";
import * as words from "./words.ts";

/** How a service is reached, and what it reaches. */
export function checkNetworking(service: Service, project: Project, report: ReportProblem): void {
  const check = checker(["services", service.name], report);
  check(["mac_address"], service.macAddress, words.macAddress);
  for (const [index, port] of (service.ports ?? []).entries()) checkPort(port, ["ports", index], check);
  for (const [index, port] of (service.expose ?? []).entries()) check(["expose", index], port, words.exposedPort);
  for (const [index, server] of (service.dns ?? []).entries()) check(["dns", index], server, words.ipAddress);
  for (const [host, addresses] of Object.entries(service.extraHosts ?? {})) {
    for (const address of addresses) check(["extra_hosts", host], address, words.hostAddress);
  }
  for (const [key, attachment] of Object.entries(service.networks ?? {})) {
    if (attachment !== null) checkAttachment(attachment, { key, project, check });
  }
}

function checkPort({ target, published, protocol }: Port, at: Path, check: CheckValue): void {
  check([...at, "target"], target, targetPort);
  check([...at, "published"], published, words.publishedPort);
  check([...at, "protocol"], protocol, oneOf("tcp", "udp", "sctp"));
}

const targetPort: Rule<number> = {
  expected: "a port from 1 to 65535",
  holds: (port) => Number.isInteger(port) && port >= 1 && port <= 65_535,
};

interface Joining {
  readonly key: string;
  readonly project: Project;
  readonly check: CheckValue;
}

function checkAttachment(
  { macAddress, ipv4Address, ipv6Address, linkLocalIps }: NetworkAttachment,
  joining: Joining,
): void {
  const { key, check } = joining;
  const at = ["networks", key];
  check([...at, "mac_address"], macAddress, words.macAddress);
  for (const [index, address] of (linkLocalIps ?? []).entries()) {
    check([...at, "link_local_ips", index], address, words.ipAddress);
  }
  checkAddress([...at, "ipv4_address"], ipv4Address, words.ipv4Address, joining);
  checkAddress([...at, "ipv6_address"], ipv6Address, words.ipv6Address, joining);
}

/** An address of one's own is for networks whose subnets are known. */
function checkAddress(
  at: Path,
  address: string | undefined,
  form: Rule<string>,
  { key, project, check }: Joining,
): void {
  check(at, address, form);
  const network = project.networks[key];
  if (address === undefined || !form.holds(address) || network === undefined || network.isExternal) return;
  const { driver = "default", config = [] } = network.ipam ?? {};
  const subnets = config.flatMap(({ subnet }) => subnet ?? []);
  if (driver !== "default" || !subnets.every(words.subnet.holds)) return;
  check(at, address, {
    expected: subnets.length === 0 ? "a subnet to take it from" : `an address in ${subnets.join(" or ")}`,
    holds: (ip) => subnets.some((subnet) => isInSubnet(ip, subnet)),
    ...(subnets.length === 0 ? { hint: `add networks.${key}.ipam.config: [{ subnet: … }]` } : {}),
  });
}
