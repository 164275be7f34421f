import type { ImagesForBuilds } from "../../images/for-builds.ts";
import type { ShelfContents } from "../../images/registry/shelf.ts";
import type { BuildCache, CachedResult } from "./build-cache.ts";
import { type PortableResult, readDescription } from "./portable-cache.ts";

/** What a cache elsewhere has, known by its keys; layers come when they are wanted. */
export interface ImportedCache {
  /** For messages. */
  readonly name: string;
  readonly results: ReadonlyMap<string, PortableResult>;
  readonly aliases: ReadonlyMap<string, string>;
  readonly bring: ShelfContents["bring"];
  readonly has: (diffId: string) => boolean;
}

/** What is on a shelf. Throws for a description that is none; an image without one has nothing. */
export function importedCache(name: string, { description, diffIds, bring }: ShelfContents): ImportedCache {
  const results = description === undefined ? [] : readDescription(description).results;
  return {
    name,
    results: new Map(results.map((result) => [result.key, result])),
    aliases: new Map(results.flatMap(({ key, others }) => others.map((other) => [other, key]))),
    bring,
    has: (diffId) => diffIds.has(diffId),
  };
}

/** How layers of another cache are brought: `work` is told to people under a name, and what fails is no failure of the build. */
export type BringTold = (name: string, work: () => Promise<void>) => Promise<boolean>;

/** The engine's own cache, and behind it others: what they have becomes the engine's own when it is found. */
export function withImports(
  own: BuildCache,
  imported: readonly ImportedCache[],
  { images, told }: { readonly images: Pick<ImagesForBuilds, "layer">; readonly told: BringTold },
): BuildCache {
  const bringing = new Map<string, Promise<CachedResult | undefined>>();

  async function bring(key: string): Promise<CachedResult | undefined> {
    for (const { name, results, bring: bringLayer, has } of imported) {
      const result = results.get(key);
      if (result === undefined) continue;
      const missing = result.layers.filter(({ diffId }) => images.layer(diffId) === undefined);
      if (!missing.every(({ diffId }) => has(diffId))) continue;
      const bringAll = async (): Promise<void> => {
        await Promise.all(missing.map(({ diffId }) => bringLayer(diffId)));
      };
      if (missing.length > 0 && !(await told(`importing cached layers from ${name}`, bringAll))) continue;
      own.add(key, result, result.others);
      return result;
    }
    return undefined;
  }

  return {
    ...own,
    canonical(key) {
      const known = own.canonical(key);
      if (known !== key || own.peek(key) !== undefined) return known;
      return imported.find(({ aliases }) => aliases.has(key))?.aliases.get(key) ?? key;
    },
    async find(key) {
      const found = await own.find(key);
      if (found !== undefined) return found;
      const begun = bringing.get(key) ?? bring(key).finally(() => bringing.delete(key));
      bringing.set(key, begun);
      return begun;
    },
    peek: (key) => own.peek(key) ?? imported.find(({ results }) => results.has(key))?.results.get(key),
  };
}
