import { basename } from "node:path";
import { type Environment, valueOf } from "./environment.ts";
import { interpolateScalar } from "./interpolate.ts";
import type { LoadRequest } from "./load.ts";
import type { LoadSession } from "./session.ts";
import type { Location } from "./source.ts";
import { entryOf, type MapTree, type ScalarTree } from "./tree.ts";

/** What a project's name can come from. */
export interface NameSources {
  readonly request: LoadRequest;
  readonly environment: Environment;
  readonly documents: readonly MapTree[];
  readonly namingDirectory: string;
}

/** The name of a project: `-p`, `COMPOSE_PROJECT_NAME`, the last `name:`, the name of its directory. */
export async function projectName(sources: NameSources, session: LoadSession): Promise<string> {
  const { request, environment, namingDirectory } = sources;
  if (request.projectName) return expectName(request.projectName, "--project-name", session);
  const fromEnvironment = valueOf(environment, "COMPOSE_PROJECT_NAME");
  if (fromEnvironment) return expectName(fromEnvironment, "COMPOSE_PROJECT_NAME", session);
  const written = writtenName(sources, session);
  if (written === undefined) {
    await warnAboutSymlink(namingDirectory, session);
    return expectSome(normalizeName(basename(namingDirectory)), `the directory ${namingDirectory}`, session);
  }
  const name = request.normalize === false ? written.text : normalizeName(written.text);
  return expectSome(name, `name: "${written.text}"`, session, written.at);
}

/** Lower case letters, digits, `-` and `_`, beginning with a letter or digit: what engines take in names. */
export function normalizeName(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

function expectName(name: string, from: string, { report }: LoadSession): string {
  const normal = normalizeName(name);
  if (normal === name) return name;
  report({
    severity: "error",
    code: "invalid-project-name",
    message: `${from}: a project name has lower case letters, digits, - and _, and begins with a letter or digit, got "${name}"`,
    ...(normal !== "" && { hint: `use "${normal}"` }),
  });
  return name;
}

function expectSome(name: string, from: string, { report }: LoadSession, at?: Location): string {
  if (name !== "") return name;
  const message = `project name must not be empty: nothing of ${from} can be part of one`;
  const hint = "name the project with -p";
  report({ severity: "error", code: "invalid-project-name", ...(at && { at }), message, hint });
  return name;
}

function writtenName({ request, environment, documents }: NameSources, session: LoadSession): ScalarTree | undefined {
  const names = documents.map((document) => entryOf(document, "name")).filter((name) => name !== undefined);
  const name = names.findLast((tree) => tree.kind === "scalar" && tree.text !== "" && tree.type !== "null");
  if (name?.kind !== "scalar") return undefined;
  if (request.interpolate === false) return name;
  const { sources, unsetTold, spoil, report } = session;
  return interpolateScalar(name, ["name"], { environment, sources, unsetTold, spoil }, report);
}

async function warnAboutSymlink(directory: string, { files, report }: LoadSession): Promise<void> {
  const real = await files.realPath(directory);
  if (real === undefined || basename(real) === basename(directory)) return;
  const name = normalizeName(basename(directory));
  const message = `the directory is a symbolic link to ${real}: the project is named "${name}" after the link`;
  report({ severity: "warning", code: "symlinked-directory", message, hint: 'name the project with -p or "name:"' });
}
