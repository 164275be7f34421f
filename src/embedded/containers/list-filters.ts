import type { ContainerStateBody } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import { hasLabels, type WantedFilters } from "../api/query.ts";
import type { ContainerDocument } from "./container.ts";
import { endpointsOf } from "./inspect.ts";
import { portsOf } from "./ports.ts";

/** What filters ask beside the documents. */
export interface FilterParts {
  readonly healthOf: (id: string) => ContainerStateBody["Health"];
  readonly find: (reference: string) => ContainerDocument | undefined;
  /** Ids of an image and of all that are built on it. */
  readonly imageIds: (reference: string) => Promise<readonly string[]>;
}

/** Filters of `GET /containers/json`. `isolation` is one of Windows: it filters nothing on Linux, as with dockerd. */
export const knownFilters: readonly string[] =
  "ancestor before exited expose health id isolation is-task label name network publish since status volume".split(" ");

const statuses = new Set("created running paused restarting exited removing dead".split(" "));
const healths = new Set("none starting healthy unhealthy".split(" "));

/** A test of all filters. Throws 400 for values that cannot be. */
export async function matcher(
  { healthOf, find, imageIds }: FilterParts,
  filters: WantedFilters,
): Promise<(container: ContainerDocument) => boolean> {
  checkWords(filters, "status", statuses);
  checkWords(filters, "health", healths);
  const some = (key: string, test: (wanted: string) => boolean): boolean => filters.get(key)?.some(test) ?? true;
  const ancestors = filters.has("ancestor")
    ? new Set((await Promise.all((filters.get("ancestor") ?? []).map(imageIds))).flat())
    : undefined;
  const exitCodes = filters.get("exited")?.map(exitCodeOf);
  const isTask = filters.get("is-task")?.map((text) => truthOf("is-task", text));
  const onPort = portTest(filters);
  const edge = (key: "before" | "since"): string | undefined => {
    const [name] = filters.get(key) ?? [];
    if (name === undefined) return undefined;
    const container = find(name);
    if (container === undefined) throw badRequest(`No such container: ${name}`);
    return container.created;
  };
  const [before, since] = [edge("before"), edge("since")];
  return (container) =>
    some("id", (id) => container.id.startsWith(id)) &&
    some("name", (name) => matchesName(container.name, name)) &&
    hasLabels(container.config.Labels ?? {}, filters.get("label")) &&
    some("status", (status) => container.state.status === status) &&
    (exitCodes === undefined ||
      (container.state.status === "exited" && exitCodes.includes(container.state.exitCode))) &&
    some("health", (health) => (healthOf(container.id)?.Status ?? "none") === health) &&
    some("network", (network) => isOn(container, network)) &&
    some("volume", (volume) => mounts(container, volume)) &&
    onPort(container) &&
    // Tasks are of Swarm: no container is one.
    (isTask === undefined || isTask.includes(false)) &&
    (ancestors === undefined || ancestors.has(container.image.id)) &&
    (before === undefined || container.created < before) &&
    (since === undefined || container.created > since);
}

function checkWords(filters: WantedFilters, key: string, words: ReadonlySet<string>): void {
  const wrong = filters.get(key)?.find((word) => !words.has(word));
  if (wrong !== undefined) {
    throw badRequest(`invalid filter '${key}=${wrong}': must be one of ${[...words].join(", ")}`);
  }
}

function exitCodeOf(text: string): number {
  if (!/^-?\d+$/.test(text)) throw badRequest(`invalid filter 'exited=${text}': no whole number`);
  return Number(text);
}

function truthOf(key: string, text: string): boolean {
  if (/^(1|true)$/i.test(text)) return true;
  if (/^(0|false)$/i.test(text)) return false;
  throw badRequest(`invalid filter '${key}=${text}'`);
}

/** A name filter is a regular expression, with or without the slash before the name; a broken one is plain text. */
function matchesName(name: string, wanted: string): boolean {
  try {
    const pattern = new RegExp(wanted);
    return pattern.test(name) || pattern.test(`/${name}`);
  } catch {
    return name.includes(wanted);
  }
}

function isOn(container: ContainerDocument, network: string): boolean {
  return Object.entries(endpointsOf(container)).some(
    ([name, { NetworkID }]) =>
      name === network || (NetworkID !== undefined && NetworkID !== "" && NetworkID.startsWith(network)),
  );
}

/** By the name of a volume, the path of a bind on the host, or the place in the container. */
function mounts(container: ContainerDocument, wanted: string): boolean {
  return container.mounts.some(
    ({ Name, Source, Destination }) => (Name ?? Source) === wanted || Destination === wanted,
  );
}

interface PortRange {
  readonly first: number;
  readonly last: number;
  readonly protocol: string;
}

/** A port of any of the two filters is enough, as with dockerd. */
function portTest(filters: WantedFilters): (container: ContainerDocument) => boolean {
  const published = filters.get("publish")?.map((text) => portRange("publish", text)) ?? [];
  const exposed = filters.get("expose")?.map((text) => portRange("expose", text)) ?? [];
  if (published.length + exposed.length === 0) return () => true;
  return (container) =>
    portsOf(container).some(
      ({ PublicPort, PrivatePort, Type }) =>
        published.some((range) => PublicPort !== undefined && isIn(range, PublicPort, Type)) ||
        exposed.some((range) => isIn(range, PrivatePort, Type)),
    );
}

function isIn({ first, last, protocol }: PortRange, port: number, type: string): boolean {
  return protocol === type && first <= port && port <= last;
}

/** `80`, `80/udp`, `8000-8010/tcp`. */
function portRange(key: string, text: string): PortRange {
  const {
    first,
    last = first,
    protocol = "tcp",
  } = /^(?<first>\d+)(?:-(?<last>\d+))?(?:\/(?<protocol>tcp|udp|sctp))?$/.exec(text)?.groups ?? {};
  if (first === undefined || Number(last) < Number(first)) throw badRequest(`invalid filter '${key}=${text}'`);
  return { first: Number(first), last: Number(last), protocol };
}
