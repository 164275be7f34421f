import type { ContainerStateBody, ContainerSummary } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import { momentOf } from "../api/moment.ts";
import { filtersOf, hasLabels, integerOf, isSet, type WantedFilters } from "../api/query.ts";
import { type ContainerDocument, isRunning } from "./container.ts";
import { endpointsOf, mountPoint } from "./inspect.ts";

/** What a list takes beside the documents. */
export interface ListParts {
  readonly containers: readonly ContainerDocument[];
  readonly query: URLSearchParams;
  readonly healthOf: (id: string) => ContainerStateBody["Health"];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly find: (reference: string) => ContainerDocument | undefined;
  /** Ids of an image and of all that are built on it. */
  readonly imageIds: (reference: string) => Promise<readonly string[]>;
}

const known =
  "ancestor before exited expose health id isolation is-task label name network publish since status volume".split(" ");
const statuses = new Set("created running paused restarting exited removing dead".split(" "));

/** Answer of `GET /containers/json`: the newest first. */
export async function listContainers(parts: ListParts): Promise<readonly ContainerSummary[]> {
  const { containers, query, healthOf, nowMs } = parts;
  const filters = filtersOf(query, known);
  const limit = integerOf(query, "limit") ?? -1;
  const showsAll =
    isSet(query, "all") ||
    limit > 0 ||
    filters.has("status") ||
    filters.has("exited") ||
    filters.has("before") ||
    filters.has("since");
  const matches = await matcher(parts, filters);
  const found = containers
    .filter(
      (container) =>
        (showsAll || isRunning(container) || container.state.status === "restarting") && matches(container),
    )
    .toSorted((one, other) => (one.created < other.created ? 1 : -1));
  const shown = limit > 0 ? found.slice(0, limit) : found;
  return shown.map((container) => summaryOf(container, { health: healthOf(container.id), nowMs }));
}

/** The containers that a call's filters pick, running or not. Throws 400 for filters that are not `allowed`. */
export async function selectContainers(
  parts: ListParts,
  allowed: readonly string[],
): Promise<readonly ContainerDocument[]> {
  const filters = filtersOf(parts.query, allowed);
  const matches = await matcher(parts, filters);
  const until = momentOf(filters.get("until")?.[0] ?? null, "until", BigInt(parts.nowMs) * 1_000_000n);
  const unwanted = filters.get("label!");
  return parts.containers.filter(
    (container) =>
      matches(container) &&
      (until === undefined || BigInt(Date.parse(container.created)) * 1_000_000n < until) &&
      (unwanted === undefined || !hasLabels(container.config.Labels ?? {}, unwanted)),
  );
}

/** A test of all filters. Throws 400 for values that cannot be. */
async function matcher(
  { healthOf, find, imageIds }: ListParts,
  filters: WantedFilters,
): Promise<(container: ContainerDocument) => boolean> {
  const invalid = filters.get("status")?.find((status) => !statuses.has(status));
  if (invalid !== undefined) {
    throw badRequest(`invalid filter 'status=${invalid}': must be one of ${[...statuses].join(", ")}`);
  }
  const some = (key: string, test: (wanted: string) => boolean): boolean => filters.get(key)?.some(test) ?? true;
  const ancestors = filters.has("ancestor")
    ? new Set((await Promise.all((filters.get("ancestor") ?? []).map(imageIds))).flat())
    : undefined;
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
    some("exited", (code) => container.state.status === "exited" && container.state.exitCode === Number(code)) &&
    some("health", (health) => (healthOf(container.id)?.Status ?? "none") === health) &&
    some("network", (network) => isOn(container, network)) &&
    some("volume", (volume) =>
      container.mounts.some(({ Name, Destination }) => Name === volume || Destination === volume),
    ) &&
    some("publish", (port) => portsOf(container).some(({ PublicPort }) => PublicPort === Number(port.split("/")[0]))) &&
    some("expose", (port) =>
      Object.keys(container.config.ExposedPorts ?? {}).some((each) => each.split("/")[0] === port.split("/")[0]),
    ) &&
    (ancestors === undefined || ancestors.has(container.image.id)) &&
    (before === undefined || container.created < before) &&
    (since === undefined || container.created > since);
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

interface Moment {
  readonly health: ContainerStateBody["Health"];
  readonly nowMs: number;
}

function summaryOf(container: ContainerDocument, moment: Moment): ContainerSummary {
  const { id, name, config, image, state, hostConfig } = container;
  return {
    Id: id,
    Names: [`/${name}`],
    Image: image.reference,
    ImageID: image.id,
    Command: [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])].map(quoted).join(" "),
    Created: Math.floor(Date.parse(container.created) / 1000),
    Ports: portsOf(container),
    Labels: config.Labels ?? {},
    State: state.status,
    Status: statusText(container, moment),
    HostConfig: { NetworkMode: hostConfig.NetworkMode ?? "bridge" },
    NetworkSettings: { Networks: endpointsOf(container) },
    Mounts: container.mounts.filter(({ Type }) => Type !== "tmpfs").map(mountPoint),
  };
}

/** As dockerd shows words of a command: in quotes when they hold blanks. */
function quoted(word: string): string {
  return word === "" || /\s/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : word;
}

type Port = ContainerSummary["Ports"][number];

function portsOf({ state, config }: ContainerDocument): readonly Port[] {
  if (state.network === undefined) return [];
  const published = Object.entries(state.network.ports).flatMap(([key, bindings]): readonly Port[] => {
    const { PrivatePort, Type } = portKey(key);
    if (bindings === null || bindings.length === 0) return [{ PrivatePort, Type }];
    return bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }));
  });
  const shown = new Set(published.map(({ PrivatePort, Type }) => `${PrivatePort}/${Type}`));
  const exposed = Object.keys(config.ExposedPorts ?? {}).map(portKey);
  return [...published, ...exposed.filter(({ PrivatePort, Type }) => !shown.has(`${PrivatePort}/${Type}`))];
}

function portKey(key: string): { readonly PrivatePort: number; readonly Type: string } {
  const [port = "0", type = "tcp"] = key.split("/");
  return { PrivatePort: Number(port), Type: type };
}

/** `Up 2 minutes (healthy)`, `Exited (0) 3 seconds ago`, in the words of Docker. */
export function statusText({ state }: ContainerDocument, { health, nowMs }: Moment): string {
  const since = (moment: string): string => duration(nowMs - Date.parse(moment));
  switch (state.status) {
    case "created":
      return "Created";
    case "running":
      return `Up ${since(state.startedAt)}${healthText(health?.Status)}`;
    case "paused":
      return `Up ${since(state.startedAt)} (Paused)`;
    case "restarting":
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case "exited":
      return `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`;
    case "removing":
      return "Removal In Progress";
    case "dead":
      return "Dead";
  }
}

function healthText(status: string | undefined): string {
  if (status === undefined || status === "none" || status === "") return "";
  return status === "starting" ? " (health: starting)" : ` (${status})`;
}

/** As go-units' HumanDuration. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.round(seconds / 3600);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}
