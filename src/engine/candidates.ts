import { join } from "node:path";
import { EngineError } from "../errors.ts";
import { type Address, parseAddress, socketAddress, type Tls } from "./address.ts";
import { dockerConfigFolder, readDockerConfig } from "./docker-config.ts";
import type { Environment } from "./door.ts";

/** What decides where an engine may be; passed in, so that nothing here looks around on its own. */
export interface Surroundings {
  readonly environment: Environment;
  readonly homeDirectory: string;
  /** As `--engine` has it. */
  readonly engine?: string;
  readonly platform: NodeJS.Platform;
  /** Absent where users have no numbers. */
  readonly userId?: number;
  /** Of the engine that tscompose brings along; absent where it does not work. */
  readonly embeddedSocket?: string;
}

/** A place where an engine may be. */
export interface Candidate {
  readonly address: Address;
  /** Who named it: `"DOCKER_HOST"`, `"Docker context \"desktop\""`, `"Docker's socket"`. */
  readonly origin: string;
}

/** Candidates in the order to try them. An explicit choice is the only one: falling through would be a surprise. */
export interface Candidates {
  readonly isExplicit: boolean;
  readonly list: readonly Candidate[];
}

/** Finds out where engines may be: flag, variables, Docker context, then the usual sockets. Nothing is tried yet. */
export async function findCandidates(surroundings: Surroundings): Promise<Candidates> {
  const explicit = (await namedAddress(surroundings)) ?? (await contextAddress(surroundings));
  if (explicit !== undefined) return { isExplicit: true, list: [explicit] };
  return { isExplicit: false, list: usualSockets(surroundings) };
}

async function namedAddress(surroundings: Surroundings): Promise<Candidate | undefined> {
  const { engine, environment, homeDirectory, embeddedSocket } = surroundings;
  const named = [
    { origin: "--engine", text: engine },
    { origin: "TSCOMPOSE_ENGINE", text: environment["TSCOMPOSE_ENGINE"] },
    { origin: "DOCKER_HOST", text: environment["DOCKER_HOST"] },
  ].find(({ text }) => text !== undefined && text !== "");
  if (named?.text === undefined) return undefined;
  if (named.origin !== "DOCKER_HOST") {
    if (named.text === "embedded" && embeddedSocket !== undefined) {
      return { address: socketAddress(embeddedSocket), origin: named.origin };
    }
    if (/^\w+$/.test(named.text)) throw unknownWord(named.text, named.origin);
  }
  const address = parseAddress(named.text, named.origin);
  const tls = address.kind === "tcp" ? await tlsOf(environment, homeDirectory) : undefined;
  return { address: withTls(address, tls), origin: named.origin };
}

/** A word is no address, but looks like the name of an engine. */
function unknownWord(word: string, origin: string): EngineError {
  const message = `${origin}: expected an address, the path of a socket, or "embedded", got "${word}"`;
  const hint = "an address is like unix:///var/run/docker.sock; tscompose doctor shows those that answer";
  return new EngineError({ code: "invalid-usage", doing: `reading ${origin}`, message, hint });
}

/** Docker's variables: any value of `DOCKER_TLS_VERIFY` turns verification on, `DOCKER_TLS` is TLS without it. */
async function tlsOf(environment: Environment, homeDirectory: string): Promise<Tls | undefined> {
  const isVerified = Boolean(environment["DOCKER_TLS_VERIFY"]);
  if (!isVerified && !environment["DOCKER_TLS"]) return undefined;
  const folder = environment["DOCKER_CERT_PATH"] || dockerConfigFolder(environment, homeDirectory);
  const { readTls } = await import("./docker-context.ts");
  return (await readTls(folder, isVerified)) ?? { isVerified };
}

function withTls(address: Address, tls: Tls | undefined): Address {
  return address.kind === "tcp" && tls !== undefined ? { ...address, tls } : address;
}

async function contextAddress({ environment, homeDirectory }: Surroundings): Promise<Candidate | undefined> {
  const folder = dockerConfigFolder(environment, homeDirectory);
  const byVariable = environment["DOCKER_CONTEXT"];
  const name = byVariable || (await readDockerConfig(folder)).currentContext;
  if (name === undefined || name === "" || name === "default") return undefined;
  const origin = byVariable ? "DOCKER_CONTEXT" : `currentContext in ${join(folder, "config.json")}`;
  const { readDockerContext } = await import("./docker-context.ts");
  const { host, tls } = await readDockerContext(name, folder, origin);
  return { address: withTls(parseAddress(host, `Docker context "${name}"`), tls), origin: `Docker context "${name}"` };
}

function usualSockets(surroundings: Surroundings): readonly Candidate[] {
  const { environment, homeDirectory, platform, userId, embeddedSocket } = surroundings;
  if (platform === "win32") {
    return [
      { address: parseAddress("npipe:////./pipe/docker_engine", "Docker's pipe"), origin: "Docker's pipe" },
      { address: parseAddress("npipe:////./pipe/podman-machine-default", "Podman's pipe"), origin: "Podman's pipe" },
    ];
  }
  const runtime = environment["XDG_RUNTIME_DIR"] || undefined;
  const runUser = userId === undefined ? undefined : `/run/user/${userId}`;
  const macHome = platform === "darwin" ? homeDirectory : undefined;
  const usual: readonly (readonly [folder: string | undefined, path: string, origin: string])[] = [
    ["/var/run", "docker.sock", "Docker's socket"],
    [homeDirectory, ".docker/run/docker.sock", "Docker Desktop's socket"],
    [homeDirectory, ".docker/desktop/docker.sock", "Docker Desktop's socket"],
    [macHome, ".orbstack/run/docker.sock", "OrbStack's socket"],
    [macHome, ".colima/default/docker.sock", "Colima's socket"],
    [macHome, ".rd/docker.sock", "Rancher Desktop's socket"],
    [runtime, "docker.sock", "rootless Docker's socket"],
    [runUser, "docker.sock", "rootless Docker's socket"],
    ["/run/podman", "podman.sock", "Podman's socket"],
    [runtime, "podman/podman.sock", "rootless Podman's socket"],
    [runUser, "podman/podman.sock", "rootless Podman's socket"],
    [macHome, ".local/share/containers/podman/machine/podman.sock", "Podman machine's socket"],
  ];
  const seen = new Set<string>();
  const sockets = usual.flatMap(([folder, path, origin]) => {
    if (folder === undefined || seen.has(join(folder, path))) return [];
    seen.add(join(folder, path));
    return [{ address: socketAddress(join(folder, path)), origin }];
  });
  if (platform !== "linux" || embeddedSocket === undefined) return sockets;
  return [...sockets, { address: socketAddress(embeddedSocket), origin: "the embedded engine" }];
}
