import { type DockerConfig, readJson, type StoredAuth } from "./docker-config.ts";
import type { RegistryAuth } from "./credentials.ts";
import type { Environment } from "./door.ts";
import { dockerHub } from "./image-reference.ts";
import { join } from "node:path";

/** Where logins are kept: Docker's configuration, so that every program of Docker's finds them. */
export interface LoginStore {
  /** The file, whether it exists or not. */
  readonly path: string;
  /** The program that keeps the secret of this registry; absent when it stays in the file. */
  helperOf(registry: string): Promise<string | undefined>;
  keep(auth: RegistryAuth): Promise<void>;
  /** False when there was nothing to forget. */
  forget(registry: string): Promise<boolean>;
}

/** How a file of secrets is written: whole or not at all, for its owner only. */
export type WriteSecret = (path: string, text: string) => Promise<void>;

/** Opens the store in a folder; `write` is what writes a secret. */
export function openLoginStore(folder: string, environment: Environment, write: WriteSecret): LoginStore {
  const path = join(folder, "config.json");
  const read = async (): Promise<DockerConfig> => (await readJson<DockerConfig>(path)) ?? {};
  // Tabs, as Docker writes it: a file in a repository of settings does not change as a whole.
  const save = (config: DockerConfig): Promise<void> => write(path, `${JSON.stringify(config, undefined, "\t")}\n`);
  const helperIn = ({ credHelpers = {}, credsStore }: DockerConfig, registry: string): string | undefined =>
    credHelpers[registry] ?? (credsStore || undefined);

  return {
    path,
    helperOf: async (registry) => helperIn(await read(), registry),
    async keep(auth) {
      const config = await read();
      const { serveraddress } = auth;
      const helper = helperIn(config, serveraddress);
      if (helper !== undefined) {
        const { storeWithHelper } = await import("./credential-helper.ts");
        await storeWithHelper(helper, auth, environment);
      }
      const stored = helper === undefined ? storedAuth(auth) : {};
      await save({ ...config, auths: { ...config.auths, [serveraddress]: stored } });
    },
    async forget(registry) {
      const config = await read();
      const { auths = {} } = config;
      const keys = Object.keys(auths).filter((key) => registryKey(key) === registry);
      if (keys.length === 0) return false;
      const helper = helperIn(config, registry);
      if (helper !== undefined) {
        const { eraseWithHelper } = await import("./credential-helper.ts");
        for (const key of keys) await eraseWithHelper(helper, key, environment);
      }
      await save({
        ...config,
        auths: Object.fromEntries(Object.entries(auths).filter(([key]) => !keys.includes(key))),
      });
      return true;
    },
  };
}

/** `ghcr.io` of `https://ghcr.io/v2/`; Docker Hub's key is a URL, for historical reasons. */
export function registryKey(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  return ["", "docker.io", "index.docker.io", "registry-1.docker.io"].includes(host) ? dockerHub : host;
}

function storedAuth({ username = "", password = "", identitytoken }: RegistryAuth): StoredAuth {
  const secret = identitytoken === undefined ? password : "";
  const auth = Buffer.from(`${username}:${secret}`).toString("base64");
  return { auth, ...(identitytoken === undefined ? {} : { identitytoken }) };
}
