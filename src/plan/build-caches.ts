import { isAbsolute, resolve } from "node:path";
import type { Build } from "../compose/project.ts";

/** One place of `cache_from` or `cache_to`. */
export interface CacheEntry {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

/** `type=registry,ref=app:cache`, or an image alone (docker/buildx, util/buildflags/cache.go). */
export function cacheEntry(text: string): CacheEntry {
  if (!text.includes("=")) return { type: "registry", attrs: { ref: text } };
  const { type = "", ...attrs } = Object.fromEntries(text.split(",").map((field) => pairOf(field.trim())));
  return { type, attrs };
}

/** The build with folders of caches as absolute paths, from the project's directory. */
export function withCacheFolders(directory: string, build: Build): Build {
  const { cacheFrom, cacheTo } = build;
  return {
    ...build,
    ...(cacheFrom === undefined ? {} : { cacheFrom: cacheFrom.map((text) => absolute(text, "src", directory)) }),
    ...(cacheTo === undefined ? {} : { cacheTo: cacheTo.map((text) => absolute(text, "dest", directory)) }),
  };
}

type Tell = (attribute: string, message: string, hint?: string) => void;

/** What a place cannot do without. */
const needed: Readonly<Record<"cache_from" | "cache_to", Readonly<Record<string, string>>>> = {
  cache_from: { registry: "ref", local: "src" },
  cache_to: { registry: "ref", local: "dest" },
};

/** Refuses what a builder would refuse when all has been built, or leave out without a word. */
export function checkCaches({ cacheFrom = [], cacheTo = [] }: Build, keepsCaches: boolean, tell: Tell): void {
  for (const [attribute, texts] of [["cache_from", cacheFrom] as const, ["cache_to", cacheTo] as const]) {
    for (const text of texts) {
      const { type, attrs } = cacheEntry(text);
      const missing = needed[attribute][type];
      if (type === "") tell(attribute, `expected type=…, got "${text}"`, "type=registry,ref=NAME or type=local,…=PATH");
      else if (missing !== undefined && !attrs[missing])
        tell(attribute, `type=${type} needs ${missing}=, got "${text}"`);
    }
  }
  const kept = cacheTo.filter((text) => cacheEntry(text).type !== "inline");
  if (kept.length === 0 || keepsCaches) return;
  const message = `the BuildKit of a Docker engine exports no caches: "${kept.join('", "')}"`;
  tell("cache_to", message, "type=inline puts the cache into the image");
}

function absolute(text: string, name: string, directory: string): string {
  const { type, attrs } = cacheEntry(text);
  const path = attrs[name];
  if (type !== "local" || path === undefined || path === "" || isAbsolute(path)) return text;
  const fields = Object.entries({ type, ...attrs, [name]: resolve(directory, path) });
  return fields.map(([key, value]) => `${key}=${value}`).join(",");
}

function pairOf(field: string): [name: string, value: string] {
  const equals = field.indexOf("=");
  return equals === -1 ? [field, ""] : [field.slice(0, equals).toLowerCase(), field.slice(equals + 1)];
}
