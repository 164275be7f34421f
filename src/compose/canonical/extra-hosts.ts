import { below, type Reading, refuse } from "../fields/codec.ts";
import { printScalar } from "../scalar.ts";
import type { Tree } from "../tree.ts";

/** Addresses by host, from `host=address` or `host:address` lines, or from a mapping to one address or several. */
export function parseHosts(tree: Tree, reading: Reading): Record<string, readonly string[]> | undefined {
  if (tree.kind === "scalar") return undefined;
  const lines =
    tree.kind === "list"
      ? tree.items.flatMap((item, index) => parseLine(item, below(reading, index)))
      : [...tree.entries].flatMap(([host, { value }]) => parseEntry(host, value, below(reading, host)));
  const hosts = Map.groupBy(lines, ({ host }) => host);
  const unaddressed = tree.kind === "map" ? [...tree.entries.keys()].map((host) => [host, []] as const) : [];
  const addressed = [...hosts].map(([host, found]) => [host, found.map(({ address }) => address)] as const);
  return Object.fromEntries([...unaddressed, ...addressed]);
}

interface HostLine {
  readonly host: string;
  readonly address: string;
}

function parseLine(item: Tree, reading: Reading): readonly HostLine[] {
  const line = item.kind === "scalar" ? printScalar(item) : "";
  const separator = line.includes("=") ? "=" : ":";
  const at = line.indexOf(separator);
  if (at === -1) {
    refuse(item, reading, `address is missing, got "${line}"`, `write "${line}=192.0.2.1"`);
    return [];
  }
  const addresses = line.slice(at + 1).split(",");
  return named(line.slice(0, at), addresses, item, reading);
}

function parseEntry(host: string, value: Tree, reading: Reading): readonly HostLine[] {
  const items = value.kind === "list" ? value.items : [value];
  const addresses = items.map((item) => (item.kind === "scalar" ? printScalar(item) : ""));
  return named(host, addresses, value, reading);
}

function named(host: string, addresses: readonly string[], tree: Tree, reading: Reading): readonly HostLine[] {
  if (host !== "" && !/[:=]/.test(host))
    return addresses.map((address) => ({ host, address: withoutBrackets(address) }));
  refuse(tree, reading, `host name must not be empty or hold ":" or "=", got "${host}"`, 'write "HOST=ADDRESS"');
  return [];
}

function withoutBrackets(address: string): string {
  return /^\[(.+)\]$/.exec(address)?.[1] ?? address;
}
