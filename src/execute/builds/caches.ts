import { contentStoreOf } from "../../buildkit-api/content.ts";
import type { Build } from "../../compose/project.ts";
import { TscomposeError } from "../../errors.ts";
import { type CacheEntry, cacheEntry } from "../../plan/build-caches.ts";
import { CacheFolder, type CacheDescriptor } from "./cache-folder.ts";

/** The caches of a build, as its builder is told of them. */
export interface BuildCaches {
  readonly imports: readonly CacheEntry[];
  readonly exports: readonly CacheEntry[];
  /** Folders of this machine, by the names under which the builder asks for them. */
  readonly folders: ReadonlyMap<string, CacheFolder>;
  /** Folders of `cache_from` that have no cache. */
  readonly absent: readonly string[];
}

const usualTag = "latest";

/** Finds the caches of a build: those in folders are named by their manifests (moby/buildkit, client/solve.go). */
export function cachesOf({ cacheFrom = [], cacheTo = [] }: Build): BuildCaches {
  const folders = new Map<string, CacheFolder>();
  const folderOf = (path: string): CacheFolder => {
    const store = contentStoreOf(path);
    const folder = folders.get(store) ?? new CacheFolder(path);
    folders.set(store, folder);
    return folder;
  };
  const imports: CacheEntry[] = [];
  const absent: string[] = [];
  for (const { type, attrs } of cacheFrom.map(cacheEntry)) {
    if (type !== "local") {
      imports.push({ type, attrs });
      continue;
    }
    const { src = "", tag = usualTag } = attrs;
    const digest = attrs["digest"] ?? folderOf(src).manifest(tag);
    if (digest === undefined) absent.push(src);
    else imports.push({ type, attrs: { ...attrs, digest } });
  }
  const exports = cacheTo.map(cacheEntry);
  for (const { type, attrs } of exports) if (type === "local") folderOf(attrs["dest"] ?? "");
  return { imports, exports, folders, absent };
}

/** Lets the folders of `cache_to` name what a build has left there. Throws when the builder tells of nothing. */
export function nameCaches({ exports, folders }: BuildCaches, response: Readonly<Record<string, string>>): void {
  for (const { type, attrs } of exports) {
    if (type !== "local") continue;
    const told = response["cache.manifest"];
    if (told === undefined) {
      if (attrs["ignore-error"] === "true") continue;
      throw new TscomposeError({
        code: "operation-failed",
        message: "the builder does not tell what cache it has left",
      });
    }
    const folder = folders.get(contentStoreOf(attrs["dest"] ?? ""));
    folder?.name(attrs["tag"] ?? usualTag, JSON.parse(told) as CacheDescriptor);
  }
}
