import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Throwaways } from "../containers/throwaway.ts";
import { digestOf } from "../images/digest.ts";
import type { ImageDocument } from "../images/image-document.ts";
import type { Images } from "../images/images.ts";
import { inlineKey } from "../images/registry/shelf.ts";
import type { Paths } from "../store/paths.ts";
import { findBaseImage } from "./base-image.ts";
import {
  BuildError,
  type BuildRequest,
  type BuildResult,
  type Builder,
  type CheckedDockerfile,
  type FetchProgress,
} from "./build.ts";
import { openBuildCache } from "./cache/build-cache.ts";
import { openCacheFolders } from "./cache/cache-folders.ts";
import { contextPathsOf } from "./context-paths.ts";
import { DockerfileError } from "./dockerfile/dockerfile-error.ts";
import { type Dockerfile, checkSyntax, readDockerfile } from "./dockerfile/read-dockerfile.ts";
import { type ExchangeParts, exportCaches, inlineCache, openImports } from "./exchange-caches.ts";
import { ignorePatterns } from "./files/patterns.ts";
import { textInFolder } from "./files/text-in-folder.ts";
import { adviceOn } from "./plan/advice.ts";
import { planBuild } from "./plan/plan-build.ts";
import { readPlatform } from "./plan/platform.ts";
import { imageDocument } from "./solve/image-document.ts";
import { Progress } from "./solve/progress.ts";
import { CommandFailure } from "./solve/run-command.ts";
import { Solver } from "./solve/solver.ts";

/** What a builder is made of. */
export interface BuilderParts {
  readonly paths: Paths;
  readonly images: Pick<Images, "forBuilds" | "pull">;
  readonly commands: Throwaways;
  /** RFC 3339 with nanoseconds. */
  readonly now: () => string;
  readonly nowMs: () => number;
  readonly onFault: (error: unknown) => void;
}

/** A builder with what it keeps between builds. */
export interface OpenBuilder extends Builder {
  /** Forgets results and cache folders that are not in use; gives how many bytes that freed, and what was forgotten. */
  prune(options: {
    readonly unusedSinceMs: number;
  }): Promise<{ readonly keys: readonly string[]; readonly bytes: number }>;
  /** Ends the builds that go on. */
  close(): Promise<void>;
}

/** Opens the engine's builder. */
export async function createBuilder(parts: BuilderParts): Promise<OpenBuilder> {
  const { paths, images, nowMs, onFault } = parts;
  const folder = join(paths.data, "build");
  // Of a build that this engine's predecessor did not finish.
  await rm(join(folder, "commands"), { recursive: true, force: true });
  const cache = await openBuildCache({ folder, images: images.forBuilds, nowMs, onFault });
  const cacheFolders = await openCacheFolders(join(folder, "mounts"));
  const shared = { ...parts, cache, cacheFolders };
  const ending = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    async build(request) {
      const signal = AbortSignal.any([request.signal, ending.signal]);
      const built = images.forBuilds.holding(() => build(shared, { ...request, signal }));
      running.add(built);
      try {
        return await built;
      } finally {
        running.delete(built);
      }
    },
    check,
    async prune({ unusedSinceMs }) {
      const keys = await cache.prune(unusedSinceMs);
      await cacheFolders.prune();
      return { keys, bytes: await images.forBuilds.collect() };
    },
    async close() {
      ending.abort(new Error("the engine stops"));
      await Promise.allSettled(running);
      await cache.settled();
    },
  };
}

type Shared = BuilderParts & {
  readonly cache: Awaited<ReturnType<typeof openBuildCache>>;
  readonly cacheFolders: Awaited<ReturnType<typeof openCacheFolders>>;
};

async function build(shared: Shared, request: BuildRequest): Promise<BuildResult> {
  const progress = new Progress({ emit: request.emit, now: shared.now });
  const path = request.dockerfile.path;
  const text = await progress.internal(`[internal] load build definition from ${baseName(path)}`, (vertex) =>
    dockerfileText(request, (currentBytes, isDone) =>
      progress.status(vertex, "transferring dockerfile:", { currentBytes, totalBytes: 0, isDone }),
    ),
  );
  try {
    return await buildText(shared, request, { progress, text });
  } catch (error) {
    throw asBuildError(error, { file: path, text });
  }
}

interface Reading {
  readonly progress: Progress;
  readonly text: string;
}

async function buildText(shared: Shared, request: BuildRequest, { progress, text }: Reading): Promise<BuildResult> {
  const { paths, images } = shared;
  const dockerfile = invalid(() => {
    checkSyntax(request.buildArgs["BUILDKIT_SYNTAX"]);
    return advised(readDockerfile(text), request);
  });
  const architecture = readPlatform(`linux/${images.forBuilds.architecture}`);
  const plan = await planBuild({
    dockerfile,
    request,
    buildPlatform: architecture,
    baseImage: (reference, platform) => findBaseImage({ images, request, progress, reference, platform }),
  });
  const ignored = await progress.internal("[internal] load .dockerignore", () => ignoredBy(request));
  const scratchFolder = join(paths.run, "build", randomUUID());
  await mkdir(scratchFolder, { recursive: true, mode: 0o700 });
  const parts = { images: images.forBuilds, request, progress };
  using cache = await openImports(shared.cache, parts);
  const solver = new Solver({
    ...shared,
    cache,
    images: images.forBuilds,
    request,
    progress,
    ignored,
    contextPaths: contextPathsOf(plan.target.step),
    scratchFolder,
  });
  try {
    const layers = await solver.layers(plan.target.step);
    const built = { target: plan.target.step, layers, results: solver.results(plan.target.step), cache };
    const plain = imageDocument({ target: plan.target, layers, labels: request.labels, epoch: plan.epoch });
    const document = request.keepsCacheInImage ? { ...plain, [inlineKey]: await inlineCache(built) } : plain;
    const result = request.keepsImage === false ? unkept(document) : await kept(document, parts);
    const cacheManifest = await exportCaches(parts, built);
    return { ...result, ...(cacheManifest && { cacheManifest }) };
  } finally {
    await solver.close();
    await rm(scratchFolder, { recursive: true, force: true });
  }
}

async function kept(document: ImageDocument, { images, request, progress }: ExchangeParts): Promise<BuildResult> {
  return progress.internal("exporting to image", async () => {
    const { id, bytes } = await images.store(document, request.tags);
    return { imageId: id, config: bytes };
  });
}

function unkept(document: ImageDocument): BuildResult {
  const config = Buffer.from(JSON.stringify(document));
  return { imageId: digestOf(config), config };
}

async function check(request: BuildRequest): Promise<CheckedDockerfile> {
  const file = request.dockerfile.path;
  const text = await dockerfileText(request);
  try {
    return { file, text, warnings: adviceOn(readDockerfile(text)).warnings };
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error;
    const { message, location } = error;
    return { file, text, warnings: [], mistake: { message, ...(location === undefined ? {} : { location }) } };
  }
}

/** Tells what is to be said of a Dockerfile; throws where that is to be a failure. */
function advised(dockerfile: Dockerfile, { emit }: BuildRequest): Dockerfile {
  const { warnings, isError } = adviceOn(dockerfile);
  for (const warning of warnings) emit({ kind: "warning", warning });
  const [first] = warnings;
  if (!isError || first === undefined) return dockerfile;
  const rules = [...new Set(warnings.map(({ rule }) => rule))].sort();
  throw new DockerfileError(`lint violation found for rules: ${rules.join(", ")}`, first.location);
}

/** A mistake that shows before anything is done makes the request itself wrong. */
function invalid<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof DockerfileError) throw new InvalidDockerfile(error);
    throw error;
  }
}

class InvalidDockerfile extends DockerfileError {
  constructor({ message, location }: DockerfileError) {
    super(message, location);
  }
}

function asBuildError(error: unknown, { file, text }: { readonly file: string; readonly text: string }): unknown {
  if (!(error instanceof DockerfileError)) return error;
  const { location, message } = error;
  return new BuildError(message, {
    ...(location === undefined ? {} : { place: { file, text, location } }),
    ...(error instanceof CommandFailure ? { exitCode: error.exitCode, output: error.output } : {}),
    isInvalidRequest: error instanceof InvalidDockerfile,
    cause: error,
  });
}

async function dockerfileText({ dockerfile }: BuildRequest, told?: FetchProgress): Promise<string> {
  const { path, source } = dockerfile;
  const folder = await source.fetch({ paths: [path, `${path}.dockerignore`, ".dockerignore"], excludes: [] }, told);
  const text = await textInFolder(folder, path);
  if (text !== undefined) return text;
  throw new BuildError(`failed to read dockerfile: open ${path}: no such file or directory`, {
    isInvalidRequest: true,
  });
}

/** Patterns of the Dockerfile's own ignore file, or of the context's. */
async function ignoredBy({ dockerfile, context }: BuildRequest): Promise<string[]> {
  const { path, source } = dockerfile;
  const own = `${path}.dockerignore`;
  const beside = await textInFolder(await source.fetch({ paths: [own], excludes: [] }), own);
  if (beside !== undefined) return ignorePatterns(beside);
  const folder = await context.fetch({ paths: [".dockerignore"], excludes: [] });
  return ignorePatterns((await textInFolder(folder, ".dockerignore")) ?? "");
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
