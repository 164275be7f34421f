import { isJsonObject } from "../docker-api/json-object.ts";
import { formatPlatform, type Platform } from "../docker-api/platform.ts";
import { TscomposeError } from "../errors.ts";
import { isDigest } from "../registry/digest.ts";
import type { Repository } from "../registry/repository.ts";
import { mapsIn, parseManifest } from "./publish/parse-manifest.ts";
import { askRegistry, type RegistryContext } from "./publish/registry-call.ts";

/** What asking a registry needs of the world. */
export interface PlatformContext extends RegistryContext {
  /** Registries that may be spoken to without TLS. */
  readonly insecureRegistries?: readonly string[];
}

/**
 * The digests of the images for each platform under a digest that a registry has, by `linux/arm64`, or by
 * `windows(10.0.20348.2113)/amd64` as containerd writes it. Throws when the registry does not tell.
 */
export async function platformDigests(
  repository: string,
  digest: string,
  context: PlatformContext,
): Promise<Readonly<Record<string, string>>> {
  const host = repository.slice(0, repository.indexOf("/"));
  const isInsecure = context.insecureRegistries?.includes(host) === true;
  const call = { doing: `asking for the platforms of ${repository}@${digest}`, host, isInsecure };
  return askRegistry(call, context, async (registries, asker) => {
    const reader = registries.reader(repository, asker);
    const name = `${repository}@${digest}`;
    const manifest = parseManifest((await reader.manifest(digest)).bytes, name);
    if (manifest["manifests"] !== undefined) return listed(manifest["manifests"]);
    const only = await platformOf(manifest["config"], reader, name);
    return only === undefined ? {} : { [formatPlatform(only)]: digest };
  });
}

function listed(manifests: unknown): Readonly<Record<string, string>> {
  const told = mapsIn(manifests).flatMap(({ digest, platform }) => {
    const read = readPlatform(platform);
    return read === undefined || !isDigest(digest) ? [] : [[formatPlatform(read), digest] as const];
  });
  // Of several for the same one engines take the first.
  const found = new Map(told.toReversed());
  return Object.fromEntries([...found].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** Of a single image: what its configuration says. */
async function platformOf(config: unknown, reader: Repository, name: string): Promise<Platform | undefined> {
  const digest = isJsonObject(config) ? config["digest"] : undefined;
  if (!isDigest(digest)) {
    throw new TscomposeError({ code: "operation-failed", message: `${name}: its manifest names no configuration` });
  }
  return readPlatform(parseManifest(await reader.smallBlob(digest), name));
}

/** `unknown` is the platform of what describes images and is none. */
function readPlatform(value: unknown): Platform | undefined {
  if (!isJsonObject(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== "string" || typeof architecture !== "string" || os === "unknown" || os === "") return undefined;
  const version = value["os.version"];
  const system = typeof version === "string" && version !== "" ? `${os}(${version})` : os;
  return { os: system, architecture, ...(typeof variant === "string" && { variant }) };
}
