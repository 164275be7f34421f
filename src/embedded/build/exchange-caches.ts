import type { ImagesForBuilds } from "../images/for-builds.ts";
import type { Layer } from "../images/layers/layer-store.ts";
import type { Shelf } from "../images/registry/shelf.ts";
import { parseReference } from "../images/reference.ts";
import type { BuildRequest, CacheManifest, CachePlace, CacheTarget } from "./build.ts";
import { BuildError } from "./build.ts";
import type { BuildCache, CachedResult, ResultLayer } from "./cache/build-cache.ts";
import { clientRepository } from "./cache/client-repository.ts";
import { type BringTold, type ImportedCache, importedCache, withImports } from "./cache/imported-cache.ts";
import type { CacheDescription, PortableResult } from "./cache/portable-cache.ts";
import { type Step, reachedFrom } from "./plan/steps.ts";
import type { Progress } from "./solve/progress.ts";

/** What it takes to take results from elsewhere, and to leave them there. */
export interface ExchangeParts {
  readonly images: ImagesForBuilds;
  readonly request: BuildRequest;
  readonly progress: Progress;
}

/** The engine's cache with those behind it that a build names; what cannot be read of them is told, and left out. */
export async function openImports(cache: BuildCache, parts: ExchangeParts): Promise<BuildCache & Disposable> {
  const { images, request } = parts;
  const stack = new DisposableStack();
  const imported: ImportedCache[] = [];
  for (const place of request.cacheFrom) {
    const name = nameOf(place);
    await tolerated(parts, `importing cache manifest from ${name}`, async () => {
      const shelf = stack.use(await shelfAt(parts, place));
      imported.push(importedCache(name, await shelf.read()));
    });
  }
  const told: BringTold = (name, work) => tolerated(parts, name, work);
  const both = imported.length === 0 ? cache : withImports(cache, imported, { images, told });
  return { ...both, [Symbol.dispose]: () => stack.dispose() };
}

/** What a build has to leave elsewhere. */
export interface Export {
  readonly target: Step;
  /** Of the image, from the lowest. */
  readonly layers: readonly ResultLayer[];
  readonly results: ReadonlyMap<string, CachedResult>;
  readonly cache: BuildCache;
}

/** Keeps results where the build says. Gives the manifest of the last. Throws a {@link BuildError} that names the place. */
export async function exportCaches(parts: ExchangeParts, built: Export): Promise<CacheManifest | undefined> {
  let manifest: CacheManifest | undefined;
  for (const target of parts.request.cacheTo) {
    const { place, ignoresFailure } = target;
    const name = `exporting cache to ${place.kind === "client" ? "client directory" : "registry"}`;
    try {
      manifest = await parts.progress.internal(name, () => exportOne(parts, built, target));
    } catch (error) {
      parts.request.signal.throwIfAborted();
      if (!ignoresFailure)
        throw new BuildError(`${name} (${nameOf(place)}): ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
    }
  }
  return manifest;
}

async function exportOne(parts: ExchangeParts, built: Export, { place, isWhole }: CacheTarget): Promise<CacheManifest> {
  const { images } = parts;
  const results = await portable(built, isWhole);
  // Whoever needs a result has its base image already: its layers are not kept again.
  const known = new Set([...reachedFrom(built.target)].flatMap(baseLayers));
  const wanted = new Set(results.flatMap(({ layers }) => layers.map(({ diffId }) => diffId)));
  const layers = [...wanted].filter((diffId) => !known.has(diffId)).map((diffId) => layerOf(images, diffId));
  using shelf = await shelfAt(parts, place);
  return shelf.write(Buffer.from(JSON.stringify({ results } satisfies CacheDescription)), layers);
}

/** What the configuration of an image says of its layers, for builds that find it in a registry. */
export async function inlineCache(built: Export): Promise<CacheDescription> {
  return { results: await portable(built, false) };
}

/** All results, or those whose layers the image has, too. Brings what is not here. */
async function portable({ layers, results, cache }: Export, isWhole: boolean): Promise<PortableResult[]> {
  const ofImage = new Set<string>(layers.map(({ diffId }) => diffId));
  const chosen: PortableResult[] = [];
  for (const [key, result] of results) {
    if (!isWhole && !result.layers.every(({ diffId }) => ofImage.has(diffId))) continue;
    const found = await cache.find(key);
    if (found !== undefined) chosen.push({ key, others: cache.othersOf(key).toSorted(), layers: found.layers });
  }
  return chosen;
}

function baseLayers(step: Step): readonly string[] {
  return step.kind === "image" ? step.image.document.rootfs.diff_ids : [];
}

function layerOf(images: Pick<ImagesForBuilds, "layer">, diffId: string): Layer {
  const layer = images.layer(diffId);
  if (layer === undefined) throw new Error(`the layer ${diffId} is missing`);
  return layer;
}

async function shelfAt({ images, request }: ExchangeParts, place: CachePlace): Promise<Shelf & Disposable> {
  const { signal } = request;
  if (place.kind === "client") {
    const repository = clientRepository(place.store);
    const at = { reader: repository, writer: repository, version: place.store.manifest ?? "" };
    return images.shelf({ at, auth: undefined, signal });
  }
  const { name } = parseReference(place.reference);
  const auth = await request.credentials(name.slice(0, name.indexOf("/")));
  return images.shelf({ at: place.reference, auth, signal });
}

/** Does something whose failure is told, and no more than that. Answers whether it went well. */
async function tolerated(
  { request, progress }: Pick<ExchangeParts, "request" | "progress">,
  name: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await progress.internal(name, work);
    return true;
  } catch {
    // Told as the end of what it was: only who gives up the build gives up here.
    request.signal.throwIfAborted();
    return false;
  }
}

function nameOf(place: CachePlace): string {
  return place.kind === "client" ? place.store.name : place.reference;
}
