import { readFile } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineError } from "../errors.ts";
import { errnoOf } from "./refusal.ts";
import type { Environment } from "./door.ts";

// Of node:fs, not of node:fs/promises: that one brings streams and readline along.
const read = promisify(readFile);

/** What we read of `config.json`, which Docker's own programs write. */
export interface DockerConfig {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, StoredAuth>>;
  readonly credsStore?: string;
  /** Keys that leave a process running: `ctrl-e,e`. */
  readonly detachKeys?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
  /** By the address of an engine, or `default`. */
  readonly proxies?: Readonly<Record<string, StoredProxies>>;
}

/** An entry of `proxies`; values may hold passwords. */
export type StoredProxies = Readonly<
  Partial<Record<"allProxy" | "ftpProxy" | "httpProxy" | "httpsProxy" | "noProxy", string>>
>;

/** An entry of `auths`: empty when a credential helper keeps the secret. */
export interface StoredAuth {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The folder of Docker's configuration. */
export function dockerConfigFolder(environment: Environment, homeDirectory: string): string {
  return environment["DOCKER_CONFIG"] || join(homeDirectory, ".docker");
}

/** Reads `config.json`; nobody has to have one. */
export async function readDockerConfig(folder: string): Promise<DockerConfig> {
  return (await readJson<DockerConfig>(join(folder, "config.json"))) ?? {};
}

/** Reads a JSON file of Docker's; a missing one is `undefined`, a broken one is refused by name. */
export async function readJson<T extends object>(path: string): Promise<T | undefined> {
  try {
    const value: T | null = JSON.parse(await read(path, "utf8"));
    return value ?? undefined;
  } catch (cause) {
    if (errnoOf(cause) === "ENOENT" || errnoOf(cause) === "ENOTDIR") return undefined;
    const what = Error.isError(cause) ? cause.message : String(cause);
    throw new EngineError({ code: "invalid-usage", doing: `reading ${path}`, message: `${path}: ${what}`, cause });
  }
}
