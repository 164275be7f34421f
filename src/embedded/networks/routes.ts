import type { EndpointSettings } from "../../docker-api/container.ts";
import type { NetworkCreateBody } from "../../docker-api/network.ts";
import { badRequest, HttpError } from "../api/http-error.ts";
import type { ApiRequest, Route } from "../api/route.ts";
import { createNetwork, removeNetwork } from "./lifecycle.ts";
import { listNetworks, membersInfo, prunableNetworks } from "./list.ts";
import type { NetworkState } from "./live.ts";
import { connect, disconnect } from "./membership.ts";
import { type NetworkDocument, networkInfo } from "./network.ts";

/** What the routes need beside the networks. */
export interface RouteNeeds {
  readonly state: NetworkState;
  /** One change at a time: who chooses a subnet must know all others, and nobody joins a network that goes. */
  readonly inTurn: <Result>(change: () => Promise<Result>) => Promise<Result>;
  /** RFC 3339. */
  readonly now: () => string;
}

/** The host is out of reach on an interface that it shares, and with it the server of names. */
const macvlanWarning = "containers find each other by name only on networks of the driver bridge";

/** `/networks…` of the API. */
export function networkRoutes({ state, inTurn, now }: RouteNeeds): readonly Route[] {
  const get = (request: ApiRequest) => state.store.get(request.params["id"] ?? "");
  return [
    {
      method: "GET",
      path: "/networks",
      handle: ({ query }) => ({
        kind: "json",
        body: listNetworks(state, query).map((network) => networkInfo(network, {})),
      }),
    },
    {
      method: "POST",
      path: "/networks/create",
      handle: async (request) => {
        const body = createBody(await request.json());
        const { id, driver } = await inTurn(() => createNetwork(state, body, now()));
        return { kind: "json", status: 201, body: { Id: id, Warning: driver === "macvlan" ? macvlanWarning : "" } };
      },
    },
    {
      method: "POST",
      path: "/networks/prune",
      handle: async ({ query }) => {
        const deleted = await inTurn(async () => {
          const names: string[] = [];
          for (const network of prunableNetworks(state, query, new Date(now()))) {
            if (await isRemoved(state, network)) names.push(network.name);
          }
          return names;
        });
        return { kind: "json", body: { NetworksDeleted: deleted.length === 0 ? null : deleted } };
      },
    },
    {
      method: "GET",
      path: "/networks/{id}",
      handle: (request) => {
        const network = get(request);
        return { kind: "json", body: networkInfo(network, membersInfo(state, network)) };
      },
    },
    {
      method: "DELETE",
      path: "/networks/{id}",
      handle: async (request) => {
        await inTurn(async () => removeNetwork(state, get(request)));
        return { kind: "empty", status: 204 };
      },
    },
    {
      method: "POST",
      path: "/networks/{id}/connect",
      handle: async (request) => {
        const { id } = get(request);
        const { Container, EndpointConfig } = record(await request.json());
        const settings: EndpointSettings =
          EndpointConfig === undefined || EndpointConfig === null ? {} : record(EndpointConfig);
        const wish = { reference: text(Container), settings };
        await inTurn(async () => connect(state, state.store.get(id), wish));
        return { kind: "empty", status: 200 };
      },
    },
    {
      method: "POST",
      path: "/networks/{id}/disconnect",
      handle: async (request) => {
        const { id } = get(request);
        const { Container, Force } = record(await request.json());
        const wish = { reference: text(Container), isForced: Force === true };
        await inTurn(async () => disconnect(state, state.store.get(id), wish));
        return { kind: "empty", status: 200 };
      },
    },
  ];
}

/** Tries to remove it; false when a container has come to it. */
async function isRemoved(state: NetworkState, network: NetworkDocument): Promise<boolean> {
  try {
    await removeNetwork(state, network);
    return true;
  } catch (error) {
    if (error instanceof HttpError) return false;
    throw error;
  }
}

function createBody(body: unknown): NetworkCreateBody {
  const fields = record(body);
  const { IPAM, Options, Labels } = fields;
  for (const value of [IPAM, Options, Labels]) if (value !== undefined && value !== null) record(value);
  return { ...fields, Name: typeof fields["Name"] === "string" ? fields["Name"] : "" };
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw badRequest("invalid JSON: an object is expected");
}

function text(value: unknown): string {
  if (typeof value === "string" && value !== "") return value;
  throw badRequest("invalid JSON: Container names a container");
}
