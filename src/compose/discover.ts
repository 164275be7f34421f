import { delimiter, dirname, join, resolve } from "node:path";
import type { Assignment } from "./dotenv.ts";
import { absolutePaths, type Environment, type EnvFileChoice, valueOf, withEnvFiles } from "./environment.ts";
import type { LoadContext, LoadRequest } from "./load.ts";
import { mostMebibytes, readText } from "./read-text.ts";
import { isRemote, localPaths } from "./remote.ts";
import type { LoadSession } from "./session.ts";

/** Assignments of one round of environment files, by variable, in the order they were read. */
export type Assignments = ReadonlyMap<string, readonly Assignment[]>;

/** Where a project is, before anything of it was read. */
export interface Discovery {
  /** Absolute paths, `-` for standard input; the first one is the main file. */
  readonly files: readonly string[];
  readonly projectDirectory: string;
  /** What names the project where nothing else does; not where copies of files from afar are. */
  readonly namingDirectory: string;
  /** Absolute paths of the environment files that the user named. */
  readonly envFiles: readonly string[];
  readonly environment: Environment;
  /** What environment files assign; earlier rounds win, and in each the last assignment does. */
  readonly assignments: readonly Assignments[];
  readonly profiles: readonly string[];
}

/** Names of compose files that are looked for, the first that is there wins. */
export const defaultFileNames: readonly string[] = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
];
const programName = "compose.ts";
const overrideNames = fileOverrides(["compose", "docker-compose"]);

/** Finds the files of a project, its directory and its environment, from flags, variables and what lies around. */
export async function discover(request: LoadRequest, context: LoadContext, session: LoadSession): Promise<Discovery> {
  const { workingDirectory } = context;
  const given = await locate(request.files ?? [], workingDirectory, session);
  const directory = request.projectDirectory ? resolve(workingDirectory, request.projectDirectory) : undefined;
  const seed = { PWD: workingDirectory, ...context.environment };
  const envFiles = absolutePaths(request.envFiles ?? envFilesOf(seed), workingDirectory);

  // `.env` of the directory at hand may say which files to read; that of the project's directory completes it.
  const atHand = directory ?? directoryAtHand(given, workingDirectory);
  const [near, far] = [new Map<string, Assignment[]>(), new Map<string, Assignment[]>()];
  const first = await withDotenv(seed, { paths: envFiles, directory: atHand, onAssign: noteIn(near) }, session);
  const named = given.length > 0 ? given : await locate(filesOf(first, session), workingDirectory, session);
  const isNamed = named.length > 0 || session.hasErrors;
  const located = isNamed ? named : (await search(directory ?? workingDirectory, session)).map((path) => ({ path }));
  const main = mainOf(located);
  const projectDirectory = directory ?? (main === undefined ? workingDirectory : dirname(main.path));
  // Like Docker Compose: a project from afar is set up by the `.env` of who uses it.
  const namingDirectory = directory ?? directoryAtHand(located, workingDirectory);
  const completing = { paths: envFiles, directory: namingDirectory, onAssign: noteIn(far) };
  const environment = namingDirectory === atHand ? first : await withDotenv(first, completing, session);
  const profiles = profilesOf(request, environment);
  const files = located.map(({ path }) => path);
  return { files, projectDirectory, namingDirectory, envFiles, environment, assignments: [near, far], profiles };
}

/** A compose file on this machine. */
interface Located {
  /** Absolute, `-` for standard input. */
  readonly path: string;
  /** It came from afar. */
  readonly isCopy?: boolean;
}

async function locate(names: readonly string[], directory: string, session: LoadSession): Promise<Located[]> {
  const located: Located[] = [];
  for (const name of names) {
    const paths = name === "-" ? [name] : ((await localPaths(name, { session, directory })) ?? []);
    located.push(...paths.map((path) => ({ path, isCopy: isRemote(name) })));
  }
  return located;
}

function noteIn(assignments: Map<string, Assignment[]>): EnvFileChoice["onAssign"] {
  return (name, assignment) => {
    const known = assignments.get(name);
    if (known === undefined) assignments.set(name, [assignment]);
    else known.push(assignment);
  };
}

async function withDotenv(environment: Environment, choice: EnvFileChoice, session: LoadSession): Promise<Environment> {
  if (choice.paths.length === 0 && isDisabled(environment, session)) return environment;
  return withEnvFiles(environment, choice, session);
}

function isDisabled(environment: Environment, session: LoadSession): boolean {
  const text = valueOf(environment, "COMPOSE_DISABLE_ENV_FILE");
  if (text === undefined || /^(0|f|false)$/i.test(text)) return false;
  if (/^(1|t|true)$/i.test(text)) return true;
  const message = `COMPOSE_DISABLE_ENV_FILE: expected true or false, got "${text}"`;
  session.report({ severity: "error", code: "invalid-environment", message });
  return true;
}

/** The project's directory is that of its first file; standard input has none. */
function mainOf(files: readonly Located[]): Located | undefined {
  return files.find(({ path }) => path !== "-");
}

/** Where the user works on the project. */
function directoryAtHand(files: readonly Located[], workingDirectory: string): string {
  const main = mainOf(files);
  return main === undefined || main.isCopy === true ? workingDirectory : dirname(main.path);
}

function envFilesOf(environment: Environment): string[] {
  return (valueOf(environment, "COMPOSE_ENV_FILES") ?? "").split(",").filter((path) => path !== "");
}

function filesOf(environment: Environment, { report }: LoadSession): string[] {
  const text = valueOf(environment, "COMPOSE_FILE");
  if (text === undefined) return [];
  const separator = valueOf(environment, "COMPOSE_PATH_SEPARATOR");
  if (separator) return text.split(separator);
  // A reference has colons of its own: alone it needs no separator, among others nobody knows which colon is one.
  if (isRemote(text)) return [text];
  const message = `COMPOSE_FILE: colons separate paths, and are part of references from afar, got "${text}"`;
  const hint = "say what separates them: COMPOSE_PATH_SEPARATOR=,";
  if (text.includes("://")) report({ severity: "error", code: "invalid-environment", message, hint });
  return text.includes("://") ? [] : text.split(delimiter);
}

function profilesOf({ profiles = [] }: LoadRequest, environment: Environment): readonly string[] {
  if (profiles.length > 0) return profiles;
  const listed = (valueOf(environment, "COMPOSE_PROFILES") ?? "").split(",").map((profile) => profile.trim());
  return listed;
}

/** Finds what a directory has for a main file, best first. */
type Finder = (directory: string) => Promise<readonly string[]>;

/** The default files of the nearest directory, upwards, that has one; a program only where there is no other. */
async function search(start: string, session: LoadSession): Promise<readonly string[]> {
  const texts: Finder = (directory) => existing(defaultFileNames, directory, session);
  const programs: Finder = (directory) => ownPrograms(directory, session);
  return (await nearest(start, texts, session)) ?? (await nearest(start, programs, session)) ?? [];
}

async function nearest(start: string, find: Finder, session: LoadSession): Promise<readonly string[] | undefined> {
  for (let directory = start; ; directory = dirname(directory)) {
    const [main, ...others] = await find(directory);
    if (main !== undefined) {
      warnAboutChoice(main, others, session);
      const [override, ...otherOverrides] = await existing(overrideNames, directory, session);
      if (override === undefined) return [main];
      warnAboutChoice(override, otherOverrides, session);
      return [main, override];
    }
    if (dirname(directory) === directory) return undefined;
  }
}

/** Other things are called `compose.ts`, too, such as what puts functions together: nobody asked for those to be run. */
async function ownPrograms(directory: string, session: LoadSession): Promise<readonly string[]> {
  const found = await existing([programName], directory, session);
  const read = await Promise.all(found.map((path) => readText(path, session.files, mostMebibytes.compose)));
  return found.filter((_, index) => read[index]?.kind === "text" && read[index].text.includes("tscompose"));
}

async function existing(names: readonly string[], directory: string, { files }: LoadSession): Promise<string[]> {
  const paths = names.map((name) => join(directory, name));
  const found = await Promise.all(paths.map((path) => files.status(path)));
  return paths.filter((_, index) => found[index] !== undefined);
}

function warnAboutChoice(chosen: string, others: readonly string[], session: LoadSession): void {
  if (others.length === 0) return;
  const names = [chosen, ...others].map((path) => session.nameOf(path)).join(", ");
  session.report({
    severity: "warning",
    code: "several-files",
    message: `several files with default names: ${names}; using ${session.nameOf(chosen)}`,
    hint: "name the one you mean with -f",
  });
}

function fileOverrides(stems: readonly string[]): readonly string[] {
  return stems.flatMap((stem) => [`${stem}.override.yml`, `${stem}.override.yaml`]);
}
