import { relative } from "node:path";
import type { Environment } from "./environment.ts";
import { interpolate } from "./interpolate.ts";
import { isModule, readModule } from "./module/read-module.ts";
import { parse } from "./parse.ts";
import { resolvePaths } from "./paths.ts";
import type { LoadSession, SourceText } from "./session.ts";
import type { Location } from "./source.ts";
import type { MapTree } from "./tree.ts";

/** A file with its YAML documents, in order. */
export interface ParsedFile extends SourceText {
  readonly documents: readonly MapTree[];
}

/** What the files of one model, the main one or an included one, are read with. */
export interface ModelScope {
  readonly session: LoadSession;
  readonly environment: Environment;
  /** Absolute; what `extends`, `include` and relative paths start from. */
  readonly directory: string;
  /** Directory of the model that includes this one; the main model has none. */
  readonly outerDirectory?: string;
  readonly homeDirectory: string;
  /** Files that include each other, from the main one to the one that includes this model. */
  readonly chain: readonly string[];
  readonly interpolates: boolean;
  /** False keeps paths relative, in the end to the directory of the main model. */
  readonly resolvesPaths: boolean;
}

/** Reads and parses a file, or runs it where it is a program; `from` is where another one names it. */
export async function readFile(
  path: string,
  { session, environment }: Pick<ModelScope, "session" | "environment">,
  from?: Location,
): Promise<ParsedFile | undefined> {
  if (isModule(path)) return readModule(path, environment, session, { from });
  const source = await session.read(path, { from });
  return source === undefined ? undefined : parseSource(source, session);
}

/** Parses a text; `undefined` when it cannot be told what it says, which was reported then. */
export function parseSource(source: SourceText, { reject, budget }: LoadSession): ParsedFile | undefined {
  const documents = parse(source.text, source.name, reject, budget);
  return documents === undefined ? undefined : { ...source, documents };
}

/** Replaces variables, unless the user does not want that. */
export function substituteVariables(document: MapTree, { session, environment, interpolates }: ModelScope): MapTree {
  if (!interpolates) return document;
  const { sources, unsetTold, spoil, report } = session;
  return interpolate(document, { environment, sources, unsetTold, spoil }, report);
}

/** Makes paths that start from a directory start from another one, or absolute when the user wants paths resolved. */
export function rebasePaths(tree: MapTree, from: string, to: string | undefined, scope: ModelScope): MapTree {
  const { homeDirectory, resolvesPaths } = scope;
  if (resolvesPaths) return resolvePaths(tree, { workingDirectory: from, homeDirectory });
  return to === undefined ? tree : resolvePaths(tree, { workingDirectory: relative(to, from), homeDirectory });
}
