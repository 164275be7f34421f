import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { ContextFolder } from "../../src/embedded/build/classic/context-folder.ts";
import { createTar } from "../../src/embedded/host/tar.ts";
import type { BuildRequest, Builder, LocalSource, NamedContext } from "../../src/embedded/build/build.ts";
import { corpusFolder, type CorpusCase } from "./dockerfile-corpus.ts";

/**
 * Builds a case of the corpus on the builder itself, as a door would ask it to; gives the image's id. `shared` is a copy
 * of the context for all cases that leave nothing out.
 */
export async function buildCorpusCase(
  builder: Builder,
  { name, options, hasIgnoreFile }: CorpusCase,
  { context, shared }: { readonly context: string; readonly shared: LocalSource },
): Promise<string> {
  const contexts = Object.entries(options.contexts ?? {}).map(([key, path]): [string, NamedContext] => [
    key,
    { kind: "folder", source: copyOf(join(context, path), join(context, "..")) },
  ]);
  const request: BuildRequest = {
    ...plainRequest(context),
    ...(hasIgnoreFile ? {} : { context: shared }),
    dockerfile: { source: asItIs(corpusFolder), path: `${name}.Dockerfile` },
    namedContexts: new Map(contexts),
    buildArgs: options.buildArgs ?? {},
    labels: options.labels ?? {},
    noCache: options.noCache ?? false,
    extraHosts: options.hosts ?? [],
    secret: (id) => Promise.resolve(options.secrets?.[id] === undefined ? undefined : Buffer.from(options.secrets[id])),
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
  };
  return (await builder.build(request)).imageId;
}

/** A request for what is in a folder, with nothing further asked for. */
export function plainRequest(context: string): BuildRequest {
  return {
    dockerfile: { source: asItIs(context), path: "Dockerfile" },
    context: copyOf(context, join(context, "..")),
    namedContexts: new Map(),
    buildArgs: {},
    labels: {},
    tags: [],
    noCache: false,
    pullsAlways: false,
    network: "default",
    extraHosts: [],
    limits: {},
    entitlements: [],
    secret: () => Promise.resolve(undefined),
    ssh: () => Promise.resolve(undefined),
    credentials: () => Promise.resolve(undefined),
    cacheFrom: [],
    cacheTo: [],
    keepsCacheInImage: false,
    emit: () => {},
    signal: new AbortController().signal,
  };
}

/** A folder as it is, that nobody leaves anything out of. */
export function asItIs(path: string): LocalSource {
  return { fetch: () => Promise.resolve(path) };
}

/** A copy of a folder as the classic door unpacks it: owned by root, without what is to be ignored. */
export function copyOf(path: string, parent: string): LocalSource {
  let unpacked: Promise<LocalSource> | undefined;
  const unpack = async (): Promise<LocalSource> =>
    ContextFolder.unpack(createTar(path, ["."]), await mkdtemp(join(parent, "context-")));
  return { fetch: async (wish) => (await (unpacked ??= unpack())).fetch(wish) };
}
