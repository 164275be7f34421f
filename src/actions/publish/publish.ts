import { dockerCredentials } from "../../engine/credentials.ts";
import { dockerConfigFolder } from "../../engine/docker-config.ts";
import { fullReference, parseImageReference } from "../../engine/image-reference.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { composeVersion } from "../../observe/labels.ts";
import { openRegistries } from "../../registry/client.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { readRegistrySettings } from "../../registry/settings.ts";
import type { WritableRepository } from "../../registry/upload.ts";
import type { Clock } from "../../system/clock.ts";
import { type Artifact, artifactOf, type OciVersion, type PublishedFile } from "./artifact.ts";

/** Where to, and how. */
export interface PublishOptions {
  /** As typed: `ghcr.io/acme/shop:1`. */
  readonly repository: string;
  readonly files: readonly PublishedFile[];
  /** Absent: the newest that the registry takes. */
  readonly version?: OciVersion;
  /** A registry that may be spoken to without TLS. */
  readonly isInsecure?: boolean;
}

/** What publishing needs of the world; no engine. */
export interface PublishContext {
  readonly environment: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** The full name of a place for compose files. Throws for what is none. */
export function publishedName(repository: string): string {
  const name = repository.includes("@") ? undefined : fullReference(repository);
  if (name !== undefined) return name;
  throw new UsageError(`expected REPOSITORY[:TAG], got "${repository}"`, "for example: ghcr.io/acme/shop:1.0");
}

/** Sends compose files to a registry, as Docker Compose reads them there; answers with the name by digest. */
export async function publish(options: PublishOptions, context: PublishContext): Promise<string> {
  const { repository: path, version: tag } = parseImageReference(publishedName(options.repository));
  const host = path.slice(0, path.indexOf("/"));
  const { environment, homeDirectory, signal } = context;
  const credentials = dockerCredentials(dockerConfigFolder(environment, homeDirectory), environment);
  const auth = await credentials.forHost(host);
  const known = await readRegistrySettings(environment["TSCOMPOSE_ENGINE_CONFIG"] || "/etc/tscompose");
  const insecure = options.isInsecure === true ? [...known.insecure, host] : known.insecure;
  try {
    using registries = openRegistries({ ...known, insecure });
    const digest = await send(registries.writer(path, { auth, signal }), tag, options, context);
    return `${path}:${tag}@${digest}`;
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause;
    const { kind, message } = cause;
    const code = kind === "denied" ? "unauthorized" : kind === "unreachable" ? "unavailable" : "operation-failed";
    const hint = kind === "denied" ? { hint: `log in first: tscompose login ${host}` } : {};
    throw new TscomposeError({ code, message: `publishing to ${path}:${tag}: ${message}`, cause, ...hint });
  }
}

async function send(
  writer: WritableRepository,
  tag: string,
  { files, version }: PublishOptions,
  { clock }: PublishContext,
): Promise<string> {
  const createdAt = new Date(clock.now()).toISOString();
  const make = (each: OciVersion): Artifact => artifactOf(files, { version: each, composeVersion, createdAt });
  const put = async ({ blobs, manifest }: Artifact): Promise<string> => {
    for (const { digest, bytes, subject } of blobs) {
      if (await writer.hasBlob(digest)) continue;
      await writer.uploadBlob({ open: () => once(bytes), digest: () => digest, subject });
    }
    return writer.putManifest(tag, manifest);
  };
  if (version !== undefined) return put(make(version));
  try {
    return await put(make("1.1"));
  } catch (error) {
    // Registries from before 1.1 refuse a manifest that says what it is.
    const isOld = error instanceof RegistryError && (error.kind === "broken" || error.kind === "missing");
    if (!isOld) throw error;
    return put(make("1.0"));
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
