import type { PortBinding } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import { formatAddress, parseAddress } from "./address.ts";

/** A port of a container that shall be reached through the host. */
export interface PortWish {
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
  /** Empty for all addresses of both families. */
  readonly hostAddress: string;
  /** Tried in this order; empty for one that the kernel chooses. */
  readonly hostPorts: readonly number[];
}

/** What a container asks to publish; as in its create request. */
export interface PublishRequest {
  readonly bindings: Readonly<Record<string, readonly PortBinding[] | null>>;
  readonly exposed: readonly string[];
  readonly publishAll: boolean;
}

/** Reads what shall be published. Throws 400 in Docker's words for what is no port. */
export function portWishes({ bindings, exposed, publishAll }: PublishRequest): PortWish[] {
  const wishes = Object.entries(bindings).flatMap(([key, wanted]) => {
    const port = containerPort(key);
    return (wanted ?? []).map(({ HostIp = "", HostPort = "" }: Partial<PortBinding>) => ({
      ...port,
      hostAddress: hostAddress(HostIp),
      hostPorts: hostPorts(HostPort),
    }));
  });
  if (!publishAll) return wishes;
  const bound = new Set(wishes.map(({ containerPort: port, protocol }) => `${port}/${protocol}`));
  const rest = exposed
    .map(containerPort)
    .filter(({ containerPort: port, protocol }) => !bound.has(`${port}/${protocol}`));
  return [...wishes, ...rest.map((port) => ({ ...port, hostAddress: "", hostPorts: [] }))];
}

/** Ports that a container offers, published or not, as the keys of inspect: `80/tcp`. */
export function offeredPorts({ bindings, exposed }: PublishRequest): string[] {
  return [...new Set([...exposed, ...Object.keys(bindings)].map((key) => (key.includes("/") ? key : `${key}/tcp`)))];
}

function containerPort(key: string): Pick<PortWish, "containerPort" | "protocol"> {
  const [text = "", protocol = "tcp"] = key.split("/");
  const port = portNumber(text);
  if (port === undefined || port === 0) throw badRequest(`invalid port specification: "${key}"`);
  if (protocol !== "tcp" && protocol !== "udp") {
    throw badRequest(`port ${key}: this engine publishes tcp and udp, not ${protocol}`);
  }
  return { containerPort: port, protocol };
}

/** In one spelling, whatever the request's: `0::0` is `::`. */
function hostAddress(text: string): string {
  if (text === "") return "";
  const address = parseAddress(text);
  if (address === undefined) throw badRequest(`invalid IP address: ${text}`);
  return formatAddress(address);
}

/** `8080`, `8000-8010`; empty and 0 leave the choice to the engine. */
function hostPorts(text: string): number[] {
  if (text === "" || text === "0") return [];
  const [, start = "", end = start] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  const [first, last] = [portNumber(start), portNumber(end)];
  if (first === undefined || last === undefined || first > last)
    throw badRequest(`invalid port specification: "${text}"`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}
