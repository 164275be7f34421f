import { isDigest } from "../../images/digest.ts";
import type { CachedResult, ResultLayer } from "./build-cache.ts";

/** A step's result as it is kept outside of the engine: its layers are told, not held. */
export interface PortableResult extends CachedResult {
  readonly key: string;
  /** Further keys for the same. */
  readonly others: readonly string[];
}

/** What a cache says that it has. */
export interface CacheDescription {
  readonly results: readonly PortableResult[];
}

/** Reads a description that came from elsewhere. Throws a plain `Error` for what is none. */
export function readDescription(value: unknown): CacheDescription {
  const { results } = (value ?? {}) as { readonly results?: unknown };
  if (!Array.isArray(results) || !results.every(isResult))
    throw new Error("the description of the build cache is invalid");
  return { results };
}

function isResult(value: unknown): value is PortableResult {
  const { key, others, layers } = (value ?? {}) as Record<string, unknown>;
  return isKey(key) && Array.isArray(others) && others.every(isKey) && Array.isArray(layers) && layers.every(isLayer);
}

function isKey(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isLayer(value: unknown): value is ResultLayer {
  const { diffId, createdAt, description } = (value ?? {}) as Record<string, unknown>;
  return isDigest(diffId) && typeof createdAt === "string" && typeof description === "string";
}
