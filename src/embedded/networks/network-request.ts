import type { NetworkCreateBody } from "../../docker-api/network.ts";
import { badRequest, HttpError, notFound, notImplemented } from "../api/http-error.ts";
import { type Block, contains, formatAddress, formatBlock, overlaps, parseAddress, parseCidr } from "./address.ts";
import {
  bridgeOptions,
  macvlanModes,
  macvlanOptions,
  type NetworkDocument,
  parseFlag,
  type Subnet,
} from "./network.ts";
import { firstUsable, freeBlock4, isUsable, localBlock6 } from "./pool.ts";

/** What is there already. */
export interface Surroundings {
  /** Of this engine's networks: not even a subnet that the user asks for may overlap them. */
  readonly networks: readonly Block[];
  /** Of the host's routes: subnets that the engine chooses stay clear of them. */
  readonly routes: readonly Block[];
  /** Names of the host's interfaces. */
  readonly devices: readonly string[];
}

/** A new network's document without what only its making knows. */
export type NetworkPlan = Omit<NetworkDocument, "created" | "isPredefined">;

/**
 * Turns a create request into a network, with subnets chosen where the request leaves them open. Throws `HttpError`
 * in Docker's words.
 */
export function planNetwork(id: string, body: NetworkCreateBody, taken: Surroundings): NetworkPlan {
  checkName(body.Name);
  checkDriver(body);
  const options = { ...body.Options };
  const driver = body.Driver === "macvlan" ? "macvlan" : "bridge";
  if (driver === "macvlan") checkMacvlan(options, taken.devices);
  else checkOptions(options);
  const wished = wishedSubnets(body);
  const hasIpv4 = body.EnableIPv4 ?? true;
  const hasIpv6 = body.EnableIPv6 ?? false;
  checkFamilies(wished, { hasIpv4, hasIpv6 });
  return {
    id,
    name: body.Name,
    driver,
    isInternal: body.Internal ?? false,
    isAttachable: body.Attachable ?? false,
    hasIpv4,
    hasIpv6,
    subnets: chooseSubnets(id, { wished, hasIpv4, hasIpv6 }, taken),
    ipamOptions: body.IPAM?.Options ?? null,
    options,
    labels: { ...body.Labels },
    device: driver === "macvlan" ? undefined : (options[bridgeOptions.device] ?? deviceName(id)),
  };
}

/** Name of the bridge of a network. */
export function deviceName(networkId: string): string {
  return `tsc${networkId.slice(0, 10)}`;
}

interface WishedSubnet {
  readonly block: Block | undefined;
  readonly gateway?: string;
  readonly range?: string;
  readonly auxiliary?: Readonly<Record<string, string>>;
}

function checkName(name: unknown): void {
  if (typeof name !== "string" || name.trim() === "") throw badRequest("invalid name: name is empty");
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) throw badRequest("invalid name: a name holds no control characters");
}

function checkDriver({ Driver = "bridge", IPAM }: NetworkCreateBody): void {
  const ipam = IPAM?.Driver ?? "default";
  if (ipam !== "default" && ipam !== "") throw notFound(`plugin "${ipam}" not found`);
  if (Driver === "host" || Driver === "null") {
    throw new HttpError(403, `only one instance of "${Driver}" network is allowed`);
  }
  if (["ipvlan", "overlay"].includes(Driver)) {
    throw notImplemented(`network driver "${Driver}": this engine has bridge, macvlan, host and none`);
  }
  if (!["bridge", "macvlan", "default", ""].includes(Driver)) throw notFound(`plugin "${Driver}" not found`);
}

function checkMacvlan(options: Readonly<Record<string, string>>, devices: readonly string[]): void {
  const { [macvlanOptions.parent]: parent, [macvlanOptions.mode]: mode = "bridge" } = options;
  if (parent === undefined) {
    throw badRequest("a macvlan network needs the option parent: the host's interface that its containers share");
  }
  if (!devices.includes(parent)) throw badRequest(`macvlan: the host has no interface "${parent}"`);
  if (!macvlanModes.includes(mode)) throw badRequest(`requested macvlan mode '${mode}' is not valid`);
}

function checkOptions(options: Readonly<Record<string, string>>): void {
  for (const option of [bridgeOptions.isConnected, bridgeOptions.isMasqueraded]) {
    const value = options[option];
    if (value !== undefined && parseFlag(value) === undefined) {
      throw badRequest(
        `failed to parse ${option} value: ${value} (strconv.ParseBool: parsing "${value}": invalid syntax)`,
      );
    }
  }
  const { [bridgeOptions.mtu]: mtu, [bridgeOptions.device]: device, [bridgeOptions.hostAddress]: host } = options;
  if (mtu !== undefined && !/^\d{1,5}$/.test(mtu)) throw badRequest(`invalid MTU number: ${mtu}`);
  const prefix = options[bridgeOptions.interfacePrefix];
  for (const name of [device, prefix]) {
    // The kernel's limit (IFNAMSIZ); the rest keeps the name one word of the commands it becomes part of.
    if (name !== undefined && !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(name)) {
      throw badRequest(`invalid interface name: ${name}`);
    }
  }
  if (host !== undefined && parseAddress(host)?.family !== 4) throw badRequest(`invalid IP address: ${host}`);
}

/** Collects all mistakes, as Docker does. */
function wishedSubnets({ IPAM }: NetworkCreateBody): WishedSubnet[] {
  const mistakes: string[] = [];
  const wished = (IPAM?.Config ?? []).flatMap(({ Subnet = "", IPRange, Gateway, AuxiliaryAddresses }) => {
    const parsed = parseCidr(Subnet);
    const isEmpty = Subnet === "" && !IPRange && !Gateway && Object.keys(AuxiliaryAddresses ?? {}).length === 0;
    if (isEmpty) return [];
    if (parsed === undefined) {
      mistakes.push(`invalid subnet ${Subnet}: invalid CIDR block notation`);
      return [];
    }
    const { address, block } = parsed;
    if (address.value !== block.value) {
      mistakes.push(`invalid subnet ${Subnet}: it should be ${formatBlock(block)}`);
      return [];
    }
    mistakes.push(...mistakesOf(block, { IPRange, Gateway, AuxiliaryAddresses }));
    return [
      {
        block,
        ...(Gateway ? { gateway: Gateway } : {}),
        ...(IPRange ? { range: IPRange } : {}),
        ...(AuxiliaryAddresses === undefined ? {} : { auxiliary: AuxiliaryAddresses }),
      },
    ];
  });
  if (mistakes.length > 0) throw badRequest(listed("invalid network config", mistakes));
  return wished;
}

interface AddressesBody {
  readonly IPRange: string | undefined;
  readonly Gateway: string | undefined;
  readonly AuxiliaryAddresses: Record<string, string> | undefined;
}

function mistakesOf(block: Block, { IPRange, Gateway, AuxiliaryAddresses }: AddressesBody): string[] {
  const parent = `parent subnet ${formatBlock(block)} doesn't contain`;
  const mistakes: string[] = [];
  if (IPRange) {
    const range = parseCidr(IPRange)?.block;
    if (range === undefined) mistakes.push(`invalid ip-range ${IPRange}: invalid CIDR block notation`);
    else if (range.prefix < block.prefix || !contains(block, range)) {
      mistakes.push(`invalid ip-range ${IPRange}: ${parent} ip-range`);
    }
  }
  const addresses = [
    ...(Gateway ? [["gateway", Gateway] as const] : []),
    ...Object.values(AuxiliaryAddresses ?? {}).map((each) => ["auxiliary address", each] as const),
  ];
  for (const [what, text] of addresses) {
    const address = parseAddress(text);
    if (address === undefined) mistakes.push(`invalid ${what} ${text}: invalid address`);
    else if (!contains(block, address)) mistakes.push(`invalid ${what} ${text}: ${parent} this address`);
  }
  return mistakes;
}

/** One mistake stands alone, several get a bullet each. */
export function listed(title: string, mistakes: readonly string[]): string {
  return `${title}:\n${mistakes.length === 1 ? (mistakes[0] ?? "") : mistakes.map((each) => `* ${each}`).join("\n")}`;
}

function checkFamilies(
  wished: readonly WishedSubnet[],
  { hasIpv4, hasIpv6 }: { readonly hasIpv4: boolean; readonly hasIpv6: boolean },
): void {
  if (!hasIpv4 && !hasIpv6) throw badRequest("IPv4 or IPv6 must be enabled");
  if (!hasIpv4) throw notImplemented("a network without IPv4: this engine has none yet");
  const has6 = wished.some(({ block }) => block?.family === 6);
  if (has6 && !hasIpv6) throw badRequest("invalid network config:\nIPv6 has to be enabled to specify an IPv6 subnet");
}

interface Wish {
  readonly wished: readonly WishedSubnet[];
  readonly hasIpv4: boolean;
  readonly hasIpv6: boolean;
}

function chooseSubnets(id: string, { wished, hasIpv4, hasIpv6 }: Wish, taken: Surroundings): Subnet[] {
  const chosen: Subnet[] = [];
  for (const wish of wished) {
    const { block } = wish;
    if (block === undefined) continue;
    const others = [...taken.networks, ...chosen.map((subnet) => parseCidr(subnet.block)?.block)];
    if (others.some((other) => other !== undefined && overlaps(other, block))) {
      throw new HttpError(403, "invalid pool request: Pool overlaps with other one on this address space");
    }
    chosen.push(subnetOf(block, wish));
  }
  const all = [...taken.networks, ...taken.routes];
  if (hasIpv4 && !wished.some(({ block }) => block?.family === 4)) {
    const block = freeBlock4(all);
    if (block === undefined) throw new HttpError(400, "all predefined address pools have been fully subnetted");
    chosen.unshift(subnetOf(block, {}));
  }
  if (hasIpv6 && !wished.some(({ block }) => block?.family === 6)) chosen.push(subnetOf(localBlock6(id, all), {}));
  return chosen;
}

function subnetOf(block: Block, { gateway, range, auxiliary }: Omit<WishedSubnet, "block">): Subnet {
  return {
    block: formatBlock(block),
    gateway: gateway ?? freeGateway(block, range, auxiliary),
    ...(range === undefined ? {} : { range }),
    ...(auxiliary === undefined ? {} : { auxiliary }),
  };
}

/** The first address, or with a range the first of that, which is nobody else's. */
function freeGateway(
  block: Block,
  range: string | undefined,
  auxiliary: Readonly<Record<string, string>> = {},
): string {
  const within = range === undefined ? block : (parseCidr(range)?.block ?? block);
  const others = new Set(Object.values(auxiliary).map((each) => parseAddress(each)?.value));
  let address = within === block ? firstUsable(block) : { family: block.family, value: within.value };
  while (others.has(address.value) || !isUsable(block, address)) address = { ...address, value: address.value + 1n };
  return formatAddress(address);
}
