import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { endianness } from "node:os";
import { run } from "./run.ts";

/** As which descriptor who sets up one end of a link between host and container has the other end's namespace open. */
export const otherNamespace = 9;

/** Runs lines of `ip -batch` in the host's namespace; nothing for none. */
export async function ipBatch(lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await run("ip", ["-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Runs lines of `ip -batch` in the network namespace of a process. */
export async function ipBatchOf(pid: number, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await run("nsenter", ["--net", "--target", String(pid), "ip", "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Interfaces of a process's network namespace. */
export async function interfacesOf(pid: number): Promise<{ readonly name: string; readonly address: string }[]> {
  const { stdout } = await run("nsenter", ["--net", "--target", String(pid), "ip", "-j", "link"]);
  const links = JSON.parse(stdout) as readonly { readonly ifname: string; readonly address?: string }[];
  return links.map(({ ifname, address = "" }) => ({ name: ifname, address }));
}

/** Names of the host's interfaces. */
export async function interfaceNames(): Promise<string[]> {
  return (await readdir("/proc/sys/net/ipv4/conf")).filter((name) => name !== "all" && name !== "default");
}

/** The number of an interface that is up; `undefined` when the kernel does not tell it. */
export function interfaceIndex(name: string): number | undefined {
  // Unlike sysfs, which shows the namespace that it was mounted in, this is about the one that the engine is in.
  const path = "/proc/net/igmp";
  for (const line of (existsSync(path) ? readFileSync(path, "utf8") : "").split("\n")) {
    const [index = "", device] = line.split(/[\s:]+/);
    if (device === name) return Number(index);
  }
  return undefined;
}

/** A route of the host's main table. */
export interface HostRoute {
  readonly device: string;
  /** Hexadecimal digits of the destination, the highest byte first: 8 of IPv4, 32 of IPv6. */
  readonly destination: string;
  readonly prefix: number;
}

/** The host's routes, without the default ones and those to link-local and multicast addresses. */
export async function hostRoutes(): Promise<HostRoute[]> {
  const [four = "", six = ""] = await Promise.all([textOf("/proc/net/route"), textOf("/proc/net/ipv6_route")]);
  const routes4 = four
    .trim()
    .split("\n")
    .slice(1)
    .map((line): HostRoute => {
      const [device = "", destination = "", , , , , , mask = ""] = line.split("\t");
      const bits = BigInt(`0x${mask.trim() || "0"}`).toString(2);
      // The kernel writes both as a number of its own byte order.
      return { device, destination: bytesTurned(destination), prefix: bits.replaceAll("0", "").length };
    });
  const routes6 = six
    .trim()
    .split("\n")
    .map((line): HostRoute => {
      const fields = line.trim().split(/\s+/);
      const [destination = "", prefix = "0"] = fields;
      return { device: fields.at(-1) ?? "", destination, prefix: Number.parseInt(prefix, 16) };
    });
  return [...routes4, ...routes6].filter(
    ({ prefix, destination }) => prefix > 0 && !/^(fe80|ff)[0-9a-f]{28}/.test(destination),
  );
}

/** A bridge of the host. */
export interface BridgeDevice {
  readonly name: string;
  /** What its maker has written on it. */
  readonly owner: string;
}

/** The host's bridges. */
export async function bridges(): Promise<BridgeDevice[]> {
  const { stdout } = await run("ip", ["-j", "link", "show", "type", "bridge"]);
  const links = JSON.parse(stdout === "" ? "[]" : stdout) as readonly { ifname?: string; ifalias?: string }[];
  // Some versions of iproute2 show an empty object for each link of another type.
  return links.flatMap(({ ifname, ifalias = "" }) => (ifname === undefined ? [] : [{ name: ifname, owner: ifalias }]));
}

/** The host's interfaces that are ports of bridges, by name, with the names of their bridges. */
export async function bridgePorts(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await run("ip", ["-j", "link"]);
  const links = JSON.parse(stdout) as readonly { readonly ifname: string; readonly master?: string }[];
  return new Map(links.flatMap(({ ifname, master }) => (master === undefined ? [] : [[ifname, master]])));
}

/** Reads a setting of the network, `ipv4/ip_forward`; `undefined` when the kernel has none of that name. */
export function networkSetting(name: string): string | undefined {
  const path = `/proc/sys/net/${name}`;
  // The kernel answers at once: another thread would only take longer.
  return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}

/** Changes a setting of the network. */
export async function changeNetworkSetting(name: string, value: string): Promise<void> {
  await writeFile(`/proc/sys/net/${name}`, value);
}

/** The host's resolv.conf; empty when there is none. */
export async function hostResolvConf(): Promise<string> {
  return (await textOf("/etc/resolv.conf")) ?? "";
}

/** The host's names, for containers on its network. */
export async function hostNames(): Promise<string> {
  return (await textOf("/etc/hosts")) ?? "";
}

/** Every machine that Node runs on with Linux is little-endian, but for s390x. */
function bytesTurned(hex: string): string {
  return endianness() === "LE" ? (hex.match(/../g) ?? []).toReversed().join("") : hex;
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
