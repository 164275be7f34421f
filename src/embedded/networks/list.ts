import { badRequest, HttpError } from "../api/http-error.ts";
import { filtersOf, hasLabels, type WantedFilters } from "../api/query.ts";
import type { NetworkMember } from "../../docker-api/network.ts";
import { membersOf, type NetworkState } from "./live.ts";
import type { NetworkDocument } from "./network.ts";

/** The networks that a list's filters leave. Throws 400 in Docker's words. */
export function listNetworks(state: NetworkState, query: URLSearchParams): NetworkDocument[] {
  const filters = filtersOf(query, ["dangling", "driver", "id", "label", "name", "scope", "type"]);
  const dangling = danglingFilter(filters);
  for (const type of filters.get("type") ?? []) {
    if (type !== "builtin" && type !== "custom") throw new HttpError(500, `invalid filter: 'type'='${type}'`);
  }
  return state.store
    .all()
    .filter(
      (network) =>
        isWanted(network, filters) &&
        (dangling === undefined || (!network.isPredefined && membersOf(state, network.id).length === 0) === dangling),
    );
}

/** The networks that a prune takes: made by a user, without a running container. */
export function prunableNetworks(state: NetworkState, query: URLSearchParams, now: Date): NetworkDocument[] {
  const filters = filtersOf(query, ["label", "label!", "until"]);
  const until = untilFilter(filters, now);
  return state.store
    .all()
    .filter(
      (network) =>
        !network.isPredefined &&
        membersOf(state, network.id).length === 0 &&
        hasLabels(network.labels, filters.get("label")) &&
        !(filters.get("label!") ?? []).some((label) => hasLabels(network.labels, [label])) &&
        (until === undefined || Date.parse(network.created) < until),
    );
}

/** The running containers of a network, as inspect shows them. */
export function membersInfo(state: NetworkState, network: NetworkDocument): Record<string, NetworkMember> {
  return Object.fromEntries(
    membersOf(state, network.id).map(({ container, endpoint: { id, macAddress, ipv4, ipv6 } }) => [
      container.id,
      {
        Name: container.name,
        EndpointID: id,
        MacAddress: macAddress,
        IPv4Address: ipv4 === undefined ? "" : `${ipv4.address}/${ipv4.prefix}`,
        IPv6Address: ipv6 === undefined ? "" : `${ipv6.address}/${ipv6.prefix}`,
      },
    ]),
  );
}

function isWanted(network: NetworkDocument, filters: WantedFilters): boolean {
  const wanted = (key: string, matches: (value: string) => boolean): boolean => {
    const values = filters.get(key);
    return values === undefined || values.length === 0 || values.some(matches);
  };
  return (
    wanted("driver", (value) => network.driver === value) &&
    wanted("id", (value) => network.id.startsWith(value)) &&
    wanted("name", (value) => network.name.includes(value)) &&
    wanted("scope", (value) => value === "local") &&
    wanted("type", (value) => (value === "builtin") === network.isPredefined) &&
    hasLabels(network.labels, filters.get("label"))
  );
}

function danglingFilter(filters: WantedFilters): boolean | undefined {
  const [value] = filters.get("dangling") ?? [];
  if (value === undefined) return undefined;
  if (["true", "1"].includes(value)) return true;
  if (["false", "0"].includes(value)) return false;
  throw badRequest(`invalid value for filter 'dangling', must be "true" (or "1"), or "false" (or "0")`);
}

/** A time of day, Unix seconds or so long ago: `24h`, `10m`. Milliseconds since 1970. */
function untilFilter(filters: WantedFilters, now: Date): number | undefined {
  const [value] = filters.get("until") ?? [];
  if (value === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000;
  const spans = [...value.matchAll(/(\d+(?:\.\d+)?)(h|m|s)/g)];
  if (spans.length > 0 && spans.map(([whole]) => whole).join("") === value) {
    const unitMs = { h: 3_600_000, m: 60_000, s: 1000 } as const;
    return spans.reduce((ms, [, count, unit]) => ms - Number(count) * unitMs[unit as "h" | "m" | "s"], now.getTime());
  }
  const time = Date.parse(value);
  if (Number.isNaN(time)) throw badRequest(`invalid filter: 'until'='${value}'`);
  return time;
}
