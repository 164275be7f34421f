import { type DockerConfig, readDockerConfig, type StoredAuth } from "./docker-config.ts";
import type { Environment } from "./door.ts";
import { dockerHub, registryOf } from "./image-reference.ts";

/** Credentials as the engine takes them in its headers. */
export interface RegistryAuth {
  readonly serveraddress: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** What the user is logged in to, by Docker's own configuration. Secrets pass through pipes, never through arguments. */
export interface Credentials {
  /** For pulling one image: the value of `X-Registry-Auth`. */
  forImage(reference: string): Promise<string | undefined>;
  /** For a build, which may pull from anywhere: the value of `X-Registry-Config`. */
  forBuild(): Promise<string | undefined>;
  /** For a host that a build pulls from or pushes to, as BuildKit names it: `ghcr.io`. */
  forHost(host: string): Promise<RegistryAuth | undefined>;
}

/** Where Docker Hub is; its login is kept under a name of its own. */
const hubHosts = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);

/** Reads Docker's configuration on first use, and asks its credential helpers each time: tokens expire. */
export function dockerCredentials(configFolder: string, environment: Environment): Credentials {
  let reading: Promise<DockerConfig> | undefined;
  const config = (): Promise<DockerConfig> => (reading ??= readDockerConfig(configFolder));
  return {
    async forImage(reference) {
      const auth = await authFor(registryOf(reference), await config(), environment);
      return auth === undefined ? undefined : encode(auth);
    },
    async forBuild() {
      const known = await config();
      const registries = [...Object.keys(known.auths ?? {}), ...Object.keys(known.credHelpers ?? {})];
      const pairs = await Promise.all(
        [...new Set(registries)].map(async (each) => [each, await authFor(each, known, environment)]),
      );
      const auths = pairs.filter(([, auth]) => auth !== undefined);
      return auths.length === 0 ? undefined : encode(Object.fromEntries(auths));
    },
    async forHost(host) {
      return authFor(hubHosts.has(host) ? dockerHub : host, await config(), environment);
    },
  };
}

async function authFor(
  registry: string,
  config: DockerConfig,
  environment: Environment,
): Promise<RegistryAuth | undefined> {
  const helper = entryFor(registry, config.credHelpers) ?? config.credsStore;
  if (helper !== undefined) {
    const { askCredentialHelper } = await import("./credential-helper.ts");
    const kept = await askCredentialHelper(helper, registry, environment);
    if (kept !== undefined) return kept;
  }
  const stored = entryFor(registry, config.auths);
  return stored === undefined ? undefined : authOf(registry, stored);
}

/** Keys are written by people and programs: `ghcr.io`, `https://ghcr.io`, `ghcr.io/v1/` are the same registry. */
function entryFor<T>(registry: string, entries: Readonly<Record<string, T>> = {}): T | undefined {
  return entries[registry] ?? Object.entries(entries).find(([key]) => hostOf(key) === hostOf(registry))?.[1];
}

function hostOf(registry: string): string {
  return registry.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

function authOf(serveraddress: string, stored: StoredAuth): RegistryAuth | undefined {
  const { auth, identitytoken, registrytoken } = stored;
  const [, username = stored.username, password = stored.password] =
    /^([^:]*):(.*?)\0*$/s.exec(Buffer.from(auth ?? "", "base64").toString()) ?? [];
  const given = {
    username,
    password,
    identitytoken: identitytoken || undefined,
    registrytoken: registrytoken || undefined,
  };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Object.keys(present).length === 0 ? undefined : { serveraddress, ...present };
}

/** Base64 for URLs, but padded: Node's "base64url" is not, and engines refuse that. */
function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
