import { rm } from "node:fs/promises";
import type { CachedResult, ResultLayer } from "../cache/build-cache.ts";
import { commandDefinition, fileDefinition, keyOf } from "../cache/step-key.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { contentDigest } from "../files/content-digest.ts";
import { Patterns } from "../files/patterns.ts";
import {
  type CommandStep,
  type ContextStep,
  type CopyAction,
  type FileStep,
  type ImageStep,
  type MergeStep,
  type Step,
  reachedFrom,
  wholeFolder,
} from "../plan/steps.ts";
import { type FetchParts, type FetchedFolder, download } from "./download.ts";
import { gitCheckout } from "./git-checkout.ts";
import { makeFiles } from "./make-files.ts";
import type { SolveParts } from "./parts.ts";
import { runCommand } from "./run-command.ts";
import { type InlineDocument, type Solved, openTree } from "./source.ts";

type Layers = Extract<Solved, { readonly kind: "layers" }>;

/**
 * Carries out the steps that a result needs, each once and as soon as what it takes is there. What the cache has is not
 * done again: a step is known by its definition and the steps it takes from, or else by the contents that it takes.
 */
export class Solver {
  readonly #parts: SolveParts;
  readonly #solved = new Map<Step, Promise<Solved>>();
  /** Under which keys the results of steps are kept. */
  readonly #keys = new Map<Step, string>();
  readonly #temporary: string[] = [];

  constructor(parts: SolveParts) {
    this.#parts = parts;
  }

  /** The layers of a step's result, from the lowest. Throws a {@link DockerfileError} or what carrying it out throws. */
  async layers(step: Step): Promise<readonly ResultLayer[]> {
    return (await this.#layersOf(step)).layers;
  }

  /**
   * What is known of the results that a step needs, by their keys, its own first; also of those that the build did not
   * have to look at.
   */
  results(step: Step): ReadonlyMap<string, CachedResult> {
    const found = new Map<string, CachedResult>();
    for (const each of reachedFrom(step)) {
      if (each.kind !== "files" && each.kind !== "command") continue;
      const key = this.#keys.get(each) ?? this.#fastKey(each);
      const result = key === undefined ? undefined : this.#parts.cache.peek(key);
      if (key !== undefined && result !== undefined) found.set(key, result);
    }
    return found;
  }

  /** Takes away what only the build needed. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#solved.values());
    for (const folder of this.#temporary) await rm(folder, { recursive: true, force: true });
  }

  #solve(step: Step): Promise<Solved> {
    const known = this.#solved.get(step);
    if (known !== undefined) return known;
    const solved = this.#begin(step);
    solved.catch(() => {});
    this.#solved.set(step, solved);
    return solved;
  }

  async #layersOf(step: Step): Promise<Layers> {
    const solved = await this.#solve(step);
    if (solved.kind === "layers") return solved;
    // A folder of the client as a base: its files are the first layer.
    return this.#fromFolder(step);
  }

  async #begin(step: Step): Promise<Solved> {
    this.#parts.request.signal.throwIfAborted();
    switch (step.kind) {
      case "scratch":
        return { kind: "layers", layers: [], key: keyOf("scratch") };
      case "image":
        return this.#image(step);
      case "context":
        return this.#context(step);
      case "download":
        return this.#parts.progress.step(step, async (vertex) =>
          this.#keepFolder(
            await download(this.#fetching, step, (currentBytes, isDone, totalBytes = 0) =>
              this.#parts.progress.status(vertex, step.url, { currentBytes, totalBytes, isDone }),
            ),
          ),
        );
      case "git":
        return this.#parts.progress.step(step, async () => this.#keepFolder(await gitCheckout(this.#fetching, step)));
      case "files":
        return this.#files(step);
      case "command":
        return this.#command(step);
      case "merge":
        return this.#merge(step);
    }
  }

  get #fetching(): FetchParts {
    const { images, request } = this.#parts;
    return { images, signal: request.signal };
  }

  #keepFolder({ folder, temporary, key }: FetchedFolder): Solved {
    this.#temporary.push(temporary);
    return { kind: "folder", folder, key };
  }

  #image(step: ImageStep): Solved {
    const { document } = step.image;
    const createdAt = document.created ?? "1970-01-01T00:00:00Z";
    // In BuildKit's words for an image of the engine.
    const description = "from local ";
    this.#parts.progress.cached(step);
    return {
      kind: "layers",
      layers: document.rootfs.diff_ids.map((diffId) => ({ diffId, createdAt, description })),
      key: imageKey(step),
    };
  }

  async #context(step: ContextStep): Promise<Solved> {
    const { request, progress, ignored, contextPaths } = this.#parts;
    const named = request.namedContexts.get(step.context);
    const source = named?.kind === "folder" ? named.source : request.context;
    const paths = contextPaths.get(step.context);
    return progress.step(step, async (vertex) => {
      const wish = { excludes: step.context === "" ? ignored : [], ...(paths === undefined ? {} : { paths }) };
      const told = (currentBytes: number, isDone: boolean): void =>
        progress.status(vertex, "transferring context:", { currentBytes, totalBytes: 0, isDone });
      return { kind: "folder", folder: await source.fetch(wish, told), key: undefined };
    });
  }

  async #fromFolder(step: Step): Promise<Layers> {
    const copy: FileStep = {
      kind: "files",
      name: "name" in step ? step.name : "",
      location: undefined,
      base: { kind: "scratch" },
      actions: [wholeFolder(step)],
      skipsCache: false,
    };
    return this.#files(copy);
  }

  async #merge({ base, upper }: MergeStep): Promise<Layers> {
    const [below, above] = await Promise.all([this.#layersOf(base), this.#layersOf(upper)]);
    return { kind: "layers", layers: [...below.layers, ...above.layers], key: keyOf("merge", below.key, above.key) };
  }

  async #files(step: FileStep): Promise<Layers> {
    const { progress } = this.#parts;
    const fast = this.#fastKey(step);
    const found = await this.#lookUp(step, fast);
    if (found !== undefined) return found;
    const copies = step.actions.filter((action): action is CopyAction => action.kind === "copy");
    const [base] = await Promise.all([this.#layersOf(step.base), ...copies.map(({ from }) => this.#sourceOf(from))]);
    const key = keyOf("files", fileDefinition(step), base.key, await this.#contents(step, copies));
    return (
      (await this.#byContent(step, key)) ??
      this.#kept(step, { key, base }, () =>
        progress.step(step, () =>
          makeFiles(this.#parts, step, { base: base.layers, sourceOf: (from) => this.#sourceOf(from) }),
        ),
      )
    );
  }

  /** Digests of what is copied. A file that is missing is told as the step's own failure. */
  async #contents(step: FileStep, copies: readonly CopyAction[]): Promise<string[]> {
    const digests: string[] = [];
    try {
      for (const copy of copies) digests.push(await this.#contentOf(copy));
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
      const hint = this.#ignoredHint(copies);
      const told = new DockerfileError(`failed to compute cache key: ${error.message}${hint}`, step.location);
      await this.#parts.progress.step(step, () => Promise.reject(told));
    }
    return digests;
  }

  /** Why a file of the context may be missing though the client has it. */
  #ignoredHint(copies: readonly CopyAction[]): string {
    const patterns = new Patterns(this.#parts.ignored);
    const isIgnored = copies.some(
      ({ from, source }) => from.kind === "context" && from.context === "" && patterns.match(source.slice(1)).isMatch,
    );
    return isIgnored ? " (the context's ignore file leaves it out)" : "";
  }

  async #contentOf(copy: CopyAction): Promise<string> {
    const source = await this.#sourceOf(copy.from);
    if (source.kind === "document") return "";
    await using tree = await openTree(this.#parts, source);
    return await contentDigest(tree, copy);
  }

  async #sourceOf(from: CopyAction["from"]): Promise<Solved | InlineDocument> {
    return from.kind === "document" ? from : this.#solve(from);
  }

  async #command(step: CommandStep): Promise<Layers> {
    const { progress } = this.#parts;
    const fast = this.#fastKey(step);
    const found = await this.#lookUp(step, fast);
    if (found !== undefined) return found;
    const bound = step.mounts.flatMap(({ type, from, source }) =>
      type === "bind" && from !== undefined && from.kind !== "document" ? [{ from, source }] : [],
    );
    const [base] = await Promise.all([this.#layersOf(step.base), ...bound.map(({ from }) => this.#solve(from))]);
    const contents = await Promise.all(bound.map(({ from, source }) => this.#contentOf(wholeFolder(from, source))));
    const key = keyOf(commandDefinition(step), base.key, contents);
    return (
      (await this.#byContent(step, key)) ??
      this.#kept(step, { key, base }, () =>
        progress.step(step, (vertex) =>
          runCommand(this.#parts, step, { base: base.layers, vertex, solve: (from) => this.#solve(from) }),
        ),
      )
    );
  }

  /** A result that the steps before it alone make certain. */
  async #lookUp(step: FileStep | CommandStep, fast: string | undefined): Promise<Layers | undefined> {
    if (fast === undefined || step.skipsCache) return undefined;
    const key = this.#parts.cache.canonical(fast);
    const found = await this.#parts.cache.find(key);
    if (found === undefined) return undefined;
    this.#keys.set(step, key);
    this.#parts.progress.cached(step);
    return { kind: "layers", layers: found.layers, key };
  }

  /** A result that the same contents have had before. */
  async #byContent(step: FileStep | CommandStep, key: string): Promise<Layers | undefined> {
    this.#keys.set(step, key);
    const found = step.skipsCache ? undefined : await this.#parts.cache.find(key);
    if (found === undefined) return undefined;
    const known = this.#fastKey(step);
    if (known !== undefined) this.#parts.cache.alias(known, key);
    this.#parts.progress.cached(step);
    return { kind: "layers", layers: found.layers, key };
  }

  async #kept(
    step: FileStep | CommandStep,
    { key, base }: { readonly key: string; readonly base: Layers },
    make: () => Promise<ResultLayer>,
  ): Promise<Layers> {
    const { cache, progress, request } = this.#parts;
    const work = async (): Promise<CachedResult> => ({ layers: [...base.layers, await make()] });
    const { result, isOwn } = step.skipsCache
      ? { result: await work(), isOwn: true }
      : await cache.make(key, work, request.signal);
    if (!isOwn) progress.cached(step);
    // Asked only now: by what its base has turned out to be the next build will know it.
    const fast = this.#fastKey(step);
    if (isOwn) cache.add(key, result, fast === undefined ? [] : [fast]);
    return { kind: "layers", layers: result.layers, key };
  }

  /** The key of a step as far as definitions tell; `undefined` when a client's files have a part in it. */
  #fastKey(step: Step): string | undefined {
    switch (step.kind) {
      case "scratch":
        return keyOf("scratch");
      case "image":
        return imageKey(step);
      case "context":
      case "git":
        return undefined;
      case "download":
        return step.checksum === "" ? undefined : keyOf("download", step.fileName, step.checksum);
      case "files": {
        const sources = step.actions.flatMap((action) =>
          action.kind === "copy" ? [[action.source, this.#sourceKey(action.from)] as const] : [],
        );
        return this.#chained(step.base, sources, fileDefinition(step), "files");
      }
      case "command": {
        const sources = step.mounts.flatMap(({ type, from, source }) =>
          type === "bind" && from !== undefined ? [[source, this.#sourceKey(from)] as const] : [],
        );
        return this.#chained(step.base, sources, commandDefinition(step), "command");
      }
      case "merge": {
        const keys = [this.#fastKey(step.base), this.#fastKey(step.upper)];
        return keys.includes(undefined) ? undefined : keyOf("merge", ...keys);
      }
    }
  }

  #sourceKey(from: CopyAction["from"]): string | undefined {
    return from.kind === "document" ? keyOf("document") : this.#fastKey(from);
  }

  #chained(
    base: Step,
    sources: readonly (readonly [string, string | undefined])[],
    definition: unknown,
    kind: string,
  ): string | undefined {
    const below = this.#fastKey(base);
    if (below === undefined || sources.some(([, key]) => key === undefined)) return undefined;
    return this.#parts.cache.canonical(keyOf("fast", kind, definition, below, sources));
  }
}

function imageKey({ image }: ImageStep): string {
  return keyOf("image", image.document.rootfs.diff_ids);
}
