import { dirname, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Environment, withEnvFiles } from "./environment.ts";
import { type Copies, localPaths } from "./remote.ts";
import { type ModelScope, type ParsedFile, readFile } from "./scope.ts";
import { sections } from "./sections.ts";
import { formatPath } from "./source.ts";
import {
  type Entry,
  entryOf,
  type MapTree,
  mapTree,
  plainOf,
  type ScalarTree,
  type Tree,
  withEntry,
  withoutEntry,
} from "./tree.ts";
import { validate } from "./validate.ts";

/** Reads a whole model, as includes need it. */
export type ComposeModel = (files: readonly ParsedFile[], scope: ModelScope) => Promise<MapTree>;

/** Adds to a document the resources of the models that it includes. */
export async function includeModels(
  document: MapTree,
  file: Pick<ParsedFile, "path" | "name">,
  scope: ModelScope,
  composeModel: ComposeModel,
): Promise<MapTree> {
  const list = document.entries.get("include");
  if (list === undefined) return document;
  let complete = withoutEntry(document, "include");
  const { doubts } = scope.session;
  if (!isSound(document, list, scope) || list.value.kind !== "list") {
    doubts.leaveOpen();
    return complete;
  }
  for (const item of list.value.items) {
    const inner = await innerScope(item, file, scope);
    if (inner === undefined) {
      doubts.leaveOpen();
      continue;
    }
    const imported = await composeModel(inner.files, inner.scope);
    complete = importResources(complete, imported, scope);
  }
  return complete;
}

/** docker compose ignores keys that it does not know here; they are warned about. */
function isSound(document: MapTree, list: Entry, { session }: ModelScope): boolean {
  let errors = 0;
  validate({ ...document, entries: new Map([["include", list]]) }, (diagnostic) => {
    const severity = diagnostic.code === "unknown-key" ? "warning" : diagnostic.severity;
    if (severity === "error") errors += 1;
    session.report({ ...diagnostic, severity });
  });
  return errors === 0;
}

async function innerScope(
  item: Tree,
  file: Pick<ParsedFile, "path" | "name">,
  scope: ModelScope,
): Promise<{ readonly files: readonly ParsedFile[]; readonly scope: ModelScope } | undefined> {
  const paths = textsOf(item.kind === "map" ? entryOf(item, "path") : item);
  const main = paths[0];
  if (main === undefined) return undefined;
  const mainPath = (await localPaths(main.text, scope, main.at))?.[0];
  if (mainPath === undefined) return undefined;
  const chain = [...scope.chain, file.path];
  if (chain.includes(mainPath)) return refuseCycle([...chain, mainPath], main, scope);
  if (++scope.session.includedModels > mostIncludedModels) return refuseMany(main, scope);

  const named = textsOf(entryOf(item, "project_directory"))[0]?.text;
  const directory = named === undefined || named === "" ? dirname(mainPath) : resolve(scope.directory, named);
  const errorsBefore = scope.session.errorCount;
  const environment = await innerEnvironment(item, directory, scope);
  const isEnvironmentKnown = scope.session.errorCount === errorsBefore;
  const files = await readFiles(paths, { ...scope, environment });
  // Without their variables, files cannot be read as what they mean.
  if (files === undefined || !isEnvironmentKnown) return undefined;
  return { files, scope: { ...scope, directory, outerDirectory: scope.directory, environment, chain } };
}

async function readFiles(paths: readonly ScalarTree[], scope: ModelScope): Promise<ParsedFile[] | undefined> {
  const files: ParsedFile[] = [];
  let isComplete = true;
  for (const { text, at } of paths) {
    const copies: Copies | readonly [] = (await localPaths(text, scope, at)) ?? [];
    const parsed = await Promise.all(copies.map((path) => readFile(path, scope, at)));
    files.push(...parsed.filter((file) => file !== undefined));
    isComplete &&= copies.length > 0 && !parsed.includes(undefined);
  }
  return isComplete ? files : undefined;
}

/** The environment of the including model wins; `/dev/null` stands for no file at all. */
async function innerEnvironment(item: Tree, directory: string, scope: ModelScope): Promise<Environment> {
  const named = textsOf(entryOf(item, "env_file"));
  const paths = named.map(({ text }) => text).filter((path) => path !== "/dev/null");
  if (named.length > 0 && paths.length === 0) return scope.environment;
  const from = named[0]?.at;
  const choice = { paths: paths.map((path) => resolve(scope.directory, path)), directory };
  return withEnvFiles(scope.environment, { ...choice, ...(from && { from }) }, scope.session);
}

function importResources(into: MapTree, imported: MapTree, scope: ModelScope): MapTree {
  let complete = into;
  for (const section of sections) {
    const from = entryOf(imported, section);
    if (from?.kind !== "map") continue;
    const known = entryOf(complete, section) ?? mapTree([], from.at);
    if (known.kind === "map") complete = withEntry(complete, section, importSection(known, from, section, scope));
  }
  return complete;
}

function importSection(into: MapTree, from: MapTree, section: string, { session }: ModelScope): MapTree {
  const entries = new Map(into.entries);
  for (const [name, entry] of from.entries) {
    const own = into.entries.get(name);
    if (own === undefined) {
      entries.set(name, entry);
    } else if (!isDeepStrictEqual(plainOf(own.value), plainOf(entry.value))) {
      session.report({
        severity: "error",
        code: "include-conflict",
        at: own.keyAt,
        path: [section, name],
        message: `${formatPath([section, name])} conflicts with imported resource of ${entry.keyAt.file}:${entry.keyAt.line}`,
        hint: "to change it, list a second file under path: of the include entry",
      });
    }
  }
  return { ...into, entries };
}

/** Far beyond any project; files that include each other many times reach it in no time. */
const mostIncludedModels = 300;

function refuseMany({ at }: ScalarTree, { session }: ModelScope): undefined {
  const message = `more than ${mostIncludedModels} models are included`;
  session.report({ severity: "error", code: "too-much", at, message, hint: "include each of them once" });
  return undefined;
}

function refuseCycle(chain: readonly string[], { at }: ScalarTree, { session }: ModelScope): undefined {
  const line = chain.map((path) => session.nameOf(path)).join(" includes ");
  session.report({ severity: "error", code: "include-cycle", at, message: `include cycle detected: ${line}` });
  return undefined;
}

function textsOf(tree: Tree | undefined): ScalarTree[] {
  if (tree === undefined) return [];
  if (tree.kind === "list") return tree.items.flatMap((item) => textsOf(item));
  return tree.kind === "scalar" && tree.type === "string" ? [tree] : [];
}
