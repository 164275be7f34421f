import type { CacheEntry, SolveRequest } from "../../../buildkit-api/control.ts";
import { BuildError, type BlobStore, type BuildRequest, type CachePlace, type CacheTarget } from "../build.ts";
import type { BlobPlace } from "./client-blobs.ts";
import { type FrontendOptions, listOf } from "./frontend-options.ts";

/** What a request says of caches. */
type Caches = Pick<BuildRequest, "cacheFrom" | "cacheTo" | "keepsCacheInImage">;

/** Settings of an export that have no other value here: layers are gzip, descriptions are OCI's. */
const onlyValues: Readonly<Record<string, string>> = {
  compression: "gzip",
  "image-manifest": "true",
  "oci-mediatypes": "true",
};
const known = new Set(["ref", "dest", "tag", "mode", "ignore-error", ...Object.keys(onlyValues)]);

/** Reads where caches come from and go to (moby/buildkit, cache/remotecache). Throws a {@link BuildError} for other kinds. */
export function cachesOf(
  { cache }: Pick<SolveRequest, "cache">,
  options: FrontendOptions,
  blobsAt: (place: BlobPlace) => BlobStore,
): Caches {
  const exports = cache?.exports ?? [];
  return {
    cacheFrom: importsIn(cache?.imports ?? [], options).map((entry) => placeOf(entry, "src", blobsAt)),
    cacheTo: exports.filter(({ type }) => type !== "inline").map((entry) => targetOf(entry, blobsAt)),
    keepsCacheInImage: exports.some(({ type }) => type === "inline"),
  };
}

/** Clients tell the same in several ways, as their age is. */
function importsIn(asked: readonly CacheEntry[], options: FrontendOptions): readonly CacheEntry[] {
  const listed = options["cache-imports"] ?? "";
  const ofFrontend = listed === "" ? [] : (JSON.parse(listed) as readonly CacheImport[]);
  const all = [
    ...listOf(options["cache-from"]).map((ref) => ({ type: "registry", attrs: { ref } })),
    ...ofFrontend.map(({ Type = "", Attrs }) => ({ type: Type, attrs: Attrs ?? {} })),
    ...asked,
  ];
  return [...new Map(all.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** As Go's JSON writes it. */
interface CacheImport {
  readonly Type?: string;
  readonly Attrs?: Readonly<Record<string, string>> | null;
}

function targetOf(entry: CacheEntry, blobsAt: (place: BlobPlace) => BlobStore): CacheTarget {
  const { attrs } = entry;
  for (const [name, value] of Object.entries(attrs)) {
    const only = onlyValues[name];
    if (!known.has(name) || (only !== undefined && value !== only)) throw unsupported(`a cache with ${name}=${value}`);
  }
  const { mode = "min", "ignore-error": ignored = "false" } = attrs;
  if (mode !== "min" && mode !== "max") throw unsupported(`a cache with mode=${mode}`);
  return { place: placeOf(entry, "dest", blobsAt), isWhole: mode === "max", ignoresFailure: ignored === "true" };
}

function placeOf(
  { type, attrs }: CacheEntry,
  folderName: "src" | "dest",
  blobsAt: (place: BlobPlace) => BlobStore,
): CachePlace {
  if (type === "registry" && attrs["ref"]) return { kind: "registry", reference: attrs["ref"] };
  const folder = attrs[folderName];
  if (type === "local" && folder) return { kind: "client", store: blobsAt({ folder, manifest: attrs["digest"] }) };
  if (type !== "local" && type !== "registry") throw unsupported(`a cache of type ${type}`);
  const message = `a cache of type ${type} needs ${type === "local" ? folderName : "ref"}`;
  throw new BuildError(message, { isInvalidRequest: true });
}

function unsupported(what: string): BuildError {
  return new BuildError(`${what} is not supported by this engine's builder`, { isInvalidRequest: true });
}
