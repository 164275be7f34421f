import { imageOfDefinition } from "../../../buildkit-api/definition.ts";
import { uploadPrefix } from "../../../buildkit-api/session.ts";
import { BuildError, type BuildRequest, type LocalSource, type NamedContext } from "../build.ts";
import { ignorePatterns } from "../files/patterns.ts";
import { textInFolder } from "../files/text-in-folder.ts";
import { openRemoteContext } from "../remote-context.ts";
import { ContextFolder } from "../classic/context-folder.ts";
import { ClientFolder, type FolderParts } from "./client-folder.ts";
import { type FrontendOptions, prefixed } from "./frontend-options.ts";

/** Where a build's files come from. */
type Sources = Pick<BuildRequest, "context" | "dockerfile" | "namedContexts">;

/** Definitions that clients have from other builds, by the names that options use. */
type Inputs = Readonly<Record<string, Uint8Array>>;

/** Finds the sources that options name (moby/buildkit, frontend/dockerui). Throws a {@link BuildError} for unknown kinds. */
export function sourcesOf(options: FrontendOptions, inputs: Inputs, parts: FolderParts): Sources {
  const { context: address = "", filename = "Dockerfile" } = options;
  const context =
    address === "" ? new ClientFolder(parts, options["contextkey"] || "context") : remote(address, filename, parts);
  const hasOwnDockerfile = address === "" || options["dockerfilekey"] !== undefined;
  const source = hasOwnDockerfile ? new ClientFolder(parts, options["dockerfilekey"] || "dockerfile") : context;
  const named = Object.entries(prefixed(options, "context:")).map(
    ([name, value]) => [name.replace(/::.*$/, ""), namedContext(value, inputs, parts)] as const,
  );
  return { context, dockerfile: { source, path: filename || "Dockerfile" }, namedContexts: new Map(named) };
}

function remote(address: string, dockerfile: string, parts: FolderParts): LocalSource {
  if (!address.startsWith(uploadPrefix)) return openRemoteContext(address, dockerfile, parts);
  const path = new URL(address).pathname;
  let unpacked: Promise<ContextFolder> | undefined;
  const unpack = (): Promise<ContextFolder> =>
    ContextFolder.unpack(parts.session.upload(path, parts.signal), parts.folder);
  return { fetch: async (wish) => (await (unpacked ??= unpack())).fetch(wish) };
}

function namedContext(value: string, inputs: Inputs, parts: FolderParts): NamedContext {
  const colon = value.indexOf(":");
  const [kind, rest] = [value.slice(0, colon), value.slice(colon + 1)];
  switch (kind) {
    case "local":
      return { kind: "folder", source: withIgnoreFile(new ClientFolder(parts, rest)) };
    case "docker-image":
      return { kind: "image", reference: rest.replace(/^\/\//, "") };
    case "input": {
      const id = inputs[rest] === undefined ? undefined : imageOfDefinition(inputs[rest]);
      if (id === undefined) throw unsupported("a context that is no image of this engine");
      return { kind: "stored-image", id };
    }
    default:
      return { kind: "folder", source: openRemoteContext(value, "Dockerfile", parts) };
  }
}

/** A further context has an ignore file of its own. */
function withIgnoreFile(source: LocalSource): LocalSource {
  return {
    async fetch(wish, onProgress) {
      const folder = await source.fetch({ paths: [ignoreFile], excludes: [] });
      const ignored = ignorePatterns((await textInFolder(folder, ignoreFile)) ?? "");
      return source.fetch({ ...wish, excludes: [...wish.excludes, ...ignored] }, onProgress);
    },
  };
}

const ignoreFile = ".dockerignore";

function unsupported(what: string): BuildError {
  return new BuildError(`${what} is not supported by this engine's builder`, { isInvalidRequest: true });
}
