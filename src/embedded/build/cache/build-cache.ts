import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImagesForBuilds } from "../../images/for-builds.ts";
import type { Digest } from "../../images/digest.ts";
import { loadJson, saveJson } from "../../store/json-file.ts";
import { unlessAborted } from "../../store/unless-aborted.ts";

/** A layer of a step's result. */
export interface ResultLayer {
  readonly diffId: Digest;
  /** RFC 3339; of the layer, not of its use. */
  readonly createdAt: string;
  /** What made it, for histories of images that lack an entry. */
  readonly description: string;
}

/** A step's result: a file system, from the lowest layer to the uppermost. */
export interface CachedResult {
  readonly layers: readonly ResultLayer[];
}

/** Results of steps by what went into them; kept on disk. */
export interface BuildCache {
  /** The key that a result is kept under, for one that is known to mean the same. */
  canonical(key: string): string;
  /** Brings it here if another place has it. */
  find(key: string): Promise<CachedResult | undefined>;
  /** What is known of a result, wherever its layers are. */
  peek(key: string): CachedResult | undefined;
  /** The other keys of a result. */
  othersOf(key: string): readonly string[];
  /** Keeps a result under a key, and other keys for the same. */
  add(key: string, result: CachedResult, others?: readonly string[]): void;
  /**
   * Makes a result that is not there, unless another build is about to: then that one's is waited for, and made here only
   * if it fails. Answers whether it was made here, too. Throws the signal's reason when it comes while another is waited for.
   */
  make(
    key: string,
    work: () => Promise<CachedResult>,
    signal: AbortSignal,
  ): Promise<{ readonly result: CachedResult; readonly isOwn: boolean }>;
  /** Remembers that a key means the same as another one. */
  alias(key: string, canonical: string): void;
  /** Forgets everything, or what has not been used for so long; gives the keys. */
  prune(unusedSinceMs: number): Promise<readonly string[]>;
  /** Resolves when everything is on disk. */
  settled(): Promise<void>;
}

interface Saved {
  readonly results: Readonly<Record<string, CachedResult & { readonly usedAtMs: number }>>;
  readonly aliases: Readonly<Record<string, string>>;
}

/** More is not worth looking at: the oldest go. */
const mostResults = 5000;

/** What a cache is made of. */
export interface CacheParts {
  /** A folder of its own. */
  readonly folder: string;
  readonly images: Pick<ImagesForBuilds, "layer" | "keep">;
  readonly nowMs: () => number;
  /** Told when it cannot be written. */
  readonly onFault: (error: unknown) => void;
}

/** Opens the cache; results of which a layer is gone are forgotten. */
export async function openBuildCache({ folder, images, nowMs, onFault }: CacheParts): Promise<BuildCache> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "cache.json");
  const saved = ((await loadJson(path)) ?? { results: {}, aliases: {} }) as Saved;
  const isWhole = ({ layers }: CachedResult): boolean =>
    layers.every(({ diffId }) => images.layer(diffId) !== undefined);
  const results = new Map(Object.entries(saved.results).filter(([, result]) => isWhole(result)));
  const aliases = new Map(Object.entries(saved.aliases).filter(([, key]) => results.has(key)));
  images.keep(() => [...results.values()].flatMap(({ layers }) => layers.map(({ diffId }) => diffId)));

  const writer = createWriter(
    () => saveJson(path, { results: Object.fromEntries(results), aliases: Object.fromEntries(aliases) }),
    onFault,
  );

  function forget(keys: readonly string[]): void {
    for (const key of keys) results.delete(key);
    for (const [key, canonical] of aliases) if (!results.has(canonical)) aliases.delete(key);
  }

  const making = new Map<string, Promise<CachedResult>>();

  return {
    async make(key, work, signal) {
      for (let others = making.get(key); others !== undefined; others = making.get(key)) {
        const result = await unlessAborted(
          others.catch(() => undefined),
          signal,
        );
        if (result !== undefined) return { result, isOwn: false };
      }
      const own = work().finally(() => {
        if (making.get(key) === own) making.delete(key);
      });
      making.set(key, own);
      return { result: await own, isOwn: true };
    },
    canonical: (key) => aliases.get(key) ?? key,
    async find(key) {
      const result = results.get(key);
      if (result === undefined) return undefined;
      if (!isWhole(result)) {
        forget([key]);
        return undefined;
      }
      results.delete(key);
      results.set(key, { ...result, usedAtMs: nowMs() });
      return result;
    },
    peek: (key) => results.get(key),
    othersOf: (key) => [...aliases].flatMap(([other, canonical]) => (canonical === key ? [other] : [])),
    add(key, { layers }, others = []) {
      results.set(key, { layers, usedAtMs: nowMs() });
      for (const other of others) if (other !== key) aliases.set(other, key);
      // In the order of their use, the oldest first.
      if (results.size > mostResults) forget([...results.keys()].slice(0, results.size - mostResults));
      writer.write();
    },
    alias(key, canonical) {
      if (key === canonical || aliases.get(key) === canonical) return;
      aliases.set(key, canonical);
      writer.write();
    },
    async prune(unusedSinceMs) {
      const old = [...results].flatMap(([key, { usedAtMs }]) => (usedAtMs <= unusedSinceMs ? [key] : []));
      forget(old);
      writer.write();
      await writer.settled();
      return old;
    },
    settled: () => writer.settled(),
  };
}

/** One write at a time; all that changes while one goes on is in the next. */
function createWriter(
  save: () => Promise<void>,
  onFault: (error: unknown) => void,
): { write(): void; settled(): Promise<void> } {
  let current: Promise<void> | undefined;
  let isWaiting = false;
  const begin = async (): Promise<void> => {
    do {
      isWaiting = false;
      await save().catch(onFault);
      // Set again by whoever changed something meanwhile.
    } while (isWaiting as boolean);
    current = undefined;
  };
  return {
    write() {
      isWaiting = true;
      current ??= begin();
    },
    settled: async () => current,
  };
}
