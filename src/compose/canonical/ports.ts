import { printScalar } from "../scalar.ts";
import type { Location } from "../source.ts";
import { type Tree, treeOf, withHistory } from "../tree.ts";
import { type LongForm, type Parsed, type Problem, refuse } from "./parsed.ts";

/** One published or exposed container port, as a short form means it. */
export interface ShortPort {
  readonly target: number;
  readonly published?: string;
  readonly hostIp?: string;
  readonly protocol: string;
}

const hint = 'write "HOST:CONTAINER", for example "8080:80"';

/** Reads `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, each port also as a range; ports come in the order of their text. */
export function parsePort(short: string): Parsed<readonly ShortPort[]> {
  const parts = short.split(":");
  const [containerAndProtocol = "", host = ""] = parts.toReversed();
  const address = parts.slice(0, -2).join(":");
  const [container = "", protocol = ""] = containerAndProtocol.split("/");
  const proto = protocol === "" ? "tcp" : protocol.toLowerCase();
  if (container === "") return { problem: `container port is missing, got "${short}"`, hint };
  if (!["tcp", "udp", "sctp"].includes(proto))
    return { problem: `protocol must be tcp, udp or sctp, got "${protocol}"` };
  const hostIp = withoutBrackets(address);
  if (hostIp === undefined) {
    const problem = `host address must be an IP address, got "${address}"`;
    return { problem, hint: hintForAddress(address) };
  }
  const targets = parseRange(container);
  if (targets === undefined || targets.first === 0)
    return { problem: `container port must be 1-65535, got "${container}"`, hint };
  const published = host === "" ? undefined : parseRange(host);
  if (host !== "" && published === undefined) return { problem: `published port must be 0-65535, got "${host}"`, hint };
  return pair(targets, published, { protocol: proto, ...(hostIp !== "" && { hostIp }) });
}

interface Range {
  readonly first: number;
  readonly last: number;
}

function pair(
  targets: Range,
  published: Range | undefined,
  rest: { readonly protocol: string; readonly hostIp?: string },
): Parsed<readonly ShortPort[]> {
  const count = targets.last - targets.first + 1;
  if (published !== undefined && count > 1 && published.last - published.first + 1 !== count) {
    const problem = `ranges must be equally long, got "${show(published)}:${show(targets)}"`;
    return { problem, hint: "give both sides the same number of ports, or one container port" };
  }
  const ports = Array.from({ length: count }, (_, index): ShortPort => {
    const target = targets.first + index;
    if (published === undefined) return { target, ...rest };
    // One container port with a range of host ports: the engine takes the first free one.
    const host = count === 1 ? show(published) : String(published.first + index);
    return { target, published: host, ...rest };
  });
  return { value: ports.sort((one, other) => (String(one.target) < String(other.target) ? -1 : 1)) };
}

function parseRange(text: string): Range | undefined {
  const [from = "", to] = text.split("-");
  const first = parseNumber(from);
  const last = to === undefined ? first : parseNumber(to);
  return first === undefined || last === undefined || last < first ? undefined : { first, last };
}

/** True for an IP address; one with a zone, as in `fe80::1%eth0`, means nothing to other machines. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes("%");
}

/** Version of an IP address, 0 for what is none; asked for seldom, and node:net takes 5 ms to load. */
function isIP(text: string): number {
  return process.getBuiltinModule("node:net").isIP(text);
}

function parseNumber(text: string): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}

function show({ first, last }: Range): string {
  return first === last ? String(first) : `${first}-${last}`;
}

/** The address, without the brackets of `[::1]`; empty for none, undefined for what is no address. */
function withoutBrackets(address: string): string | undefined {
  const inner = /^\[(.*)\]$/.exec(address)?.[1];
  if (inner !== undefined) return isAddress(inner) ? inner : undefined;
  return address === "" || isIP(address) === 4 ? address : undefined;
}

function hintForAddress(address: string): string {
  return address.includes(":") ? 'put IPv6 addresses in brackets: "[::1]:8080:80"' : 'write "127.0.0.1:8080:80"';
}

/** All ports of a protocol, once: what no one means, but a few words can say many times. */
const mostPorts = 65_535;

/** Each short form stands for one port or, with a range, for several. */
export const portsInFull: LongForm = (tree, path, report) => {
  if (tree.kind !== "list") return tree;
  // First all are read, then trees are made of them: a few words can stand for millions of ports.
  let ports = 0;
  const parsed = tree.items.map((item, index): Tree | readonly ShortPort[] => {
    if (item.kind !== "scalar" || item.value === null || ports > mostPorts) return item;
    const read = parsePort(item.type === "string" ? item.text : printScalar(item));
    if ("problem" in read) return refuse(item, [...path, index], report, read);
    ports += read.value.length;
    return ports > mostPorts ? refuse(item, [...path, index], report, tooMany) : read.value;
  });
  if (ports > mostPorts) return { ...tree, items: [] };
  const items = tree.items.flatMap((item, index) => {
    const ports = parsed[index];
    return isPorts(ports) ? ports.map((port) => withHistory(portTree(port, item.at), item)) : [item];
  });
  return { ...tree, items };
};

const tooMany: Problem = { problem: `a service cannot have more than ${mostPorts} ports` };

function isPorts(parsed: Tree | readonly ShortPort[] | undefined): parsed is readonly ShortPort[] {
  return Array.isArray(parsed);
}

function portTree({ target, published, hostIp, protocol }: ShortPort, at: Location): Tree {
  return treeOf({ mode: "ingress", host_ip: hostIp, target, published, protocol }, at);
}
