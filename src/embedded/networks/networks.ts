import type { EndpointSettings, PortBinding } from "../../docker-api/container.ts";
import type { Route } from "../api/route.ts";

/** The engine's networks: bridges, addresses, names and published ports. */
export interface Networks {
  /** `/networks…` */
  readonly routes: readonly Route[];
  /**
   * Makes bridges and rules of the saved networks anew where they are missing, takes what containers that survived
   * the engine have (addresses, names, ports) as it is, and sweeps what nobody owns. Called once, before all else; the
   * rules are replaced in one transaction, so that published ports of survivors answer all the time.
   */
  recover(survivors: readonly Survivor[]): Promise<void>;
  /**
   * Ends the servers of names and ports. Bridges and rules stay for containers that go on running; without any they go
   * too, and come back with the next engine.
   */
  close(): Promise<void>;
  /** The address that `host-gateway` stands for; empty while there is none. */
  readonly hostGateway: () => string;
  /** True when a container may join: by name, id or unambiguous beginning of an id. */
  has(reference: string): boolean;
  /**
   * Reserves all that a start needs: addresses, host ports; its names resolve from now on. On a refusal nothing of it
   * stays. Throws `HttpError` (404 for an unknown network, 500 with Docker's words for a port in use).
   */
  prepare(container: NetworkedContainer): Promise<PreparedNetwork>;
  /** The container's first process runs: its ports lead to it from now on. */
  activate(containerId: string): Promise<void>;
  /** A container has another name: who runs is found by it. */
  rename(containerId: string, name: string): Promise<void>;
  /** Takes back what `prepare` gave; does nothing when there is nothing. */
  release(containerId: string): Promise<void>;
}

/** A container that runs since before this engine, with what its state kept. */
export interface Survivor {
  readonly container: NetworkedContainer;
  readonly prepared: PreparedNetwork;
}

/** What networks have to know of a container: the wish as in its create request. */
export interface NetworkedContainer {
  readonly id: string;
  /** Without the slash. */
  readonly name: string;
  readonly hostname: string;
  readonly domainname?: string;
  /** It is in no list and in no event. */
  readonly isUnlisted?: boolean;
  /** By name or id of the network; `bridge` for the default one. The first becomes `eth0`. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly ports: {
    /** `80/tcp` → wishes; an empty host port means one of the engine's choice, a range the first free one. */
    readonly bindings: Readonly<Record<string, readonly PortBinding[] | null>>;
    readonly exposed: readonly string[];
    readonly publishAll: boolean;
  };
  readonly dns: {
    readonly servers: readonly string[];
    readonly search: readonly string[];
    readonly options: readonly string[];
  };
  /** `name:address`, `host-gateway` included. */
  readonly extraHosts: readonly string[];
  /** `container:alias` of the default bridge. */
  readonly links: readonly string[];
}

/** Plain data that the container's state keeps: an engine that comes back gives it to `recover`. */
export interface PreparedNetwork {
  /** Lines for `ip -batch` in the host's network namespace, with the container's own as `otherNamespace`. */
  readonly hostBatch: string;
  /**
   * Lines for after that in the container's, with the host's as `otherNamespace`. Empty on the network `host`: the
   * container has none of its own.
   */
  readonly namespaceBatch: string;
  /** For the container's OCI configuration. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** As inspect shows them, by name of the network. */
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  /** As inspect shows them. */
  readonly ports: Readonly<Record<string, readonly PortBinding[] | null>>;
  /** Contents of the container's files of these names. */
  readonly resolvConf: string;
  readonly hosts: string;
}

/** What networks ask of the containers, for `connect`, `disconnect` and inspect. */
export interface ContainersOnNetworks {
  /** Does something when a container is neither about to run nor about to end. */
  alone(containerId: string, action: () => Promise<void>): Promise<void>;
  /** By name, id or unambiguous beginning of an id. */
  find(reference: string): { readonly container: NetworkedContainer; readonly pid: number | undefined } | undefined;
  /** Saves a change of a container's endpoints: the wish, and what it has when it runs. */
  saveEndpoints(
    containerId: string,
    change: {
      readonly wished: Readonly<Record<string, EndpointSettings>>;
      readonly actual: Readonly<Record<string, EndpointSettings>>;
    },
  ): Promise<void>;
}
