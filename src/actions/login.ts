import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { dockerConfigFolder } from "../engine/docker-config.ts";
import { type LoginStore, openLoginStore, registryKey } from "../engine/login-store.ts";
import { TscomposeError } from "../errors.ts";
import { openRegistries } from "../registry/client.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { readRegistrySettings } from "../registry/settings.ts";
import { writePrivately } from "../system/private-file.ts";

/** Whose logins they are. */
export interface LoginContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
  readonly signal: AbortSignal;
}

/** What a user gives a registry. */
export interface Login {
  /** As typed: absent for Docker Hub. */
  readonly registry?: string;
  readonly username: string;
  readonly password: string;
}

/** Where the login is kept now. */
export interface KeptLogin {
  readonly path: string;
  /** The helper that has the secret; without one it stands in the file as it is. */
  readonly helper?: string;
}

/**
 * Asks the registry whether it knows the login, and keeps it where every program of Docker's looks. Needs no engine.
 * Throws `unauthorized` when the registry does not.
 */
export async function login({ registry = "", username, password }: Login, context: LoginContext): Promise<KeptLogin> {
  const serveraddress = registryKey(registry);
  const token = await ask(serveraddress, { username, password }, context);
  const store = storeOf(context);
  const kept = token === undefined ? { username, password } : { username, identitytoken: token };
  await store.keep({ serveraddress, ...kept });
  const helper = await store.helperOf(serveraddress);
  return { path: store.path, ...(helper === undefined ? {} : { helper: `docker-credential-${helper}` }) };
}

/** Forgets a login; false when there was none. */
export function logout(registry: string | undefined, context: LoginContext): Promise<boolean> {
  return storeOf(context).forget(registryKey(registry ?? ""));
}

/** Docker Hub by its name, others by their host. */
export function shownRegistry(registry: string | undefined): string {
  const key = registryKey(registry ?? "");
  return key.includes("/") ? "Docker Hub" : key;
}

async function ask(
  key: string,
  auth: Pick<Login, "username" | "password">,
  { environment, signal }: LoginContext,
): Promise<string | undefined> {
  try {
    using registries = openRegistries(
      await readRegistrySettings(environment["TSCOMPOSE_ENGINE_CONFIG"] || "/etc/tscompose"),
    );
    return await registries.logIn(key.includes("/") ? "docker.io" : key, { auth, signal });
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const { kind, message } = cause;
    const code = kind === "denied" ? "unauthorized" : kind === "unreachable" ? "unavailable" : "operation-failed";
    throw new TscomposeError({ code, message: `logging in to ${shownRegistry(key)}: ${message}`, cause });
  }
}

function storeOf({ environment, homeDirectory }: LoginContext): LoginStore {
  return openLoginStore(dockerConfigFolder(environment, homeDirectory), environment, async (path, text) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writePrivately(path, text);
  });
}
