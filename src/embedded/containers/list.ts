import type { ContainerStateBody, ContainerSummary } from "../../docker-api/container.ts";
import { momentOf } from "../api/moment.ts";
import { filtersOf, hasLabels, integerOf, isSet } from "../api/query.ts";
import { type ContainerDocument, isRunning } from "./container.ts";
import { humanDuration } from "../../system/duration.ts";
import { knownFilters, matcher } from "./list-filters.ts";
import { endpointsOf, mountPoint } from "./inspect.ts";
import { portsOf } from "./ports.ts";
import type { ContainerSizes } from "./sizes.ts";

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
  /** Asked for only when sizes are: they take time. */
  readonly sizes: () => (container: ContainerDocument) => Promise<ContainerSizes>;
}

/** Answer of `GET /containers/json`: the newest first. */
export async function listContainers(parts: ListParts): Promise<readonly ContainerSummary[]> {
  const { containers, query, healthOf, nowMs, sizes } = parts;
  const filters = filtersOf(query, knownFilters);
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
  const sizeOf = isSet(query, "size") ? sizes() : async () => ({});
  return Promise.all(
    shown.map(async (container) => ({
      ...summaryOf(container, { health: healthOf(container.id), nowMs }),
      ...(await sizeOf(container)),
    })),
  );
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

/** `Up 2 minutes (healthy)`, `Exited (0) 3 seconds ago`, in the words of Docker. */
export function statusText({ state }: ContainerDocument, { health, nowMs }: Moment): string {
  const since = (moment: string): string => humanDuration(nowMs - Date.parse(moment));
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
