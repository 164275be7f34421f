import { dockerCredentials } from "../../engine/credentials.ts";
import { dockerConfigFolder } from "../../engine/docker-config.ts";
import { TscomposeError } from "../../errors.ts";
import { openRegistries, type RegistryAsker, type RegistryClient } from "../../registry/client.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { readRegistrySettings } from "../../registry/settings.ts";

/** What speaking to a registry needs of the world; no engine. */
export interface RegistryContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
  readonly signal: AbortSignal;
}

/** What is asked of a registry. */
export interface RegistryCall {
  /** For messages: `publishing to ghcr.io/acme/shop:1`. */
  readonly doing: string;
  readonly host: string;
  /** The registry may be spoken to without TLS. */
  readonly isInsecure?: boolean;
}

/** Speaks to a registry, as who the user is there by Docker's configuration. */
export async function askRegistry<Answer>(
  { doing, host, isInsecure = false }: RegistryCall,
  { environment, homeDirectory, signal }: RegistryContext,
  ask: (registries: RegistryClient, asker: RegistryAsker) => Promise<Answer>,
): Promise<Answer> {
  const auth = await dockerCredentials(dockerConfigFolder(environment, homeDirectory), environment).forHost(host);
  try {
    const known = await readRegistrySettings(environment["TSCOMPOSE_ENGINE_CONFIG"] || "/etc/tscompose");
    const insecure = isInsecure ? [...known.insecure, host] : known.insecure;
    using registries = openRegistries({ ...known, insecure });
    return await ask(registries, { auth, signal });
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const { kind, message } = cause;
    const code = kind === "denied" ? "unauthorized" : kind === "unreachable" ? "unavailable" : "operation-failed";
    const hint = kind === "denied" ? { hint: `log in first: tscompose login ${host}` } : {};
    throw new TscomposeError({ code, message: `${doing}: ${message}`, cause, ...hint });
  }
}
