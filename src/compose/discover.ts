import { delimiter, dirname, join, resolve } from "node:path";
import type { Assignment } from "./dotenv.ts";
import { absolutePaths, type Environment, type EnvFileChoice, valueOf, withEnvFiles } from "./environment.ts";
import type { LoadContext, LoadRequest } from "./load.ts";
import { isRemote, refuseRemote } from "./scope.ts";
import type { LoadSession } from "./session.ts";

/** Assignments of one round of environment files, by variable, in the order they were read. */
export type Assignments = ReadonlyMap<string, readonly Assignment[]>;

/** Where a project is, before anything of it was read. */
export interface Discovery {
  /** Absolute paths, `-` for standard input; the first one is the main file. */
  readonly files: readonly string[];
  readonly projectDirectory: string;
  /** Absolute paths of the environment files that the user named. */
  readonly envFiles: readonly string[];
  readonly environment: Environment;
  /** What environment files assign; earlier rounds win, and in each the last assignment does. */
  readonly assignments: readonly Assignments[];
  readonly profiles: readonly string[];
}

const fileNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrideNames = fileOverrides(["compose", "docker-compose"]);

/** Finds the files of a project, its directory and its environment, from flags, variables and what lies around. */
export async function discover(request: LoadRequest, context: LoadContext, session: LoadSession): Promise<Discovery> {
  const { workingDirectory } = context;
  for (const file of (request.files ?? []).filter(isRemote)) refuseRemote(file, session);
  const given = absolutePaths(request.files?.filter((file) => !isRemote(file)) ?? [], workingDirectory);
  const directory = request.projectDirectory ? resolve(workingDirectory, request.projectDirectory) : undefined;
  const seed = { PWD: workingDirectory, ...context.environment };
  const envFiles = absolutePaths(request.envFiles ?? envFilesOf(seed), workingDirectory);

  // `.env` of the directory at hand may say which files to read; that of the project's directory completes it.
  const atHand = directory ?? directoryOf(given, workingDirectory);
  const [near, far] = [new Map<string, Assignment[]>(), new Map<string, Assignment[]>()];
  const first = await withDotenv(seed, { paths: envFiles, directory: atHand, onAssign: noteIn(near) }, session);
  const named = given.length > 0 ? given : filesOf(first, workingDirectory);
  const files = named.length > 0 ? named : await search(directory ?? workingDirectory, session);
  const projectDirectory = directory ?? directoryOf(files, workingDirectory);
  const completing = { paths: envFiles, directory: projectDirectory, onAssign: noteIn(far) };
  const environment = projectDirectory === atHand ? first : await withDotenv(first, completing, session);
  const profiles = profilesOf(request, environment);
  return { files, projectDirectory, envFiles, environment, assignments: [near, far], profiles };
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
function directoryOf(files: readonly string[], workingDirectory: string): string {
  const main = files.find((file) => file !== "-");
  return main === undefined ? workingDirectory : dirname(main);
}

function envFilesOf(environment: Environment): string[] {
  return (valueOf(environment, "COMPOSE_ENV_FILES") ?? "").split(",").filter((path) => path !== "");
}

function filesOf(environment: Environment, workingDirectory: string): string[] {
  const text = valueOf(environment, "COMPOSE_FILE");
  if (text === undefined) return [];
  return absolutePaths(text.split(valueOf(environment, "COMPOSE_PATH_SEPARATOR") || delimiter), workingDirectory);
}

function profilesOf({ profiles = [] }: LoadRequest, environment: Environment): readonly string[] {
  if (profiles.length > 0) return profiles;
  const listed = (valueOf(environment, "COMPOSE_PROFILES") ?? "").split(",").map((profile) => profile.trim());
  return listed;
}

/** The default files of the nearest directory, upwards, that has one. */
async function search(start: string, session: LoadSession): Promise<string[]> {
  for (let directory = start; ; directory = dirname(directory)) {
    const [main, ...others] = await existing(fileNames, directory, session);
    if (main !== undefined) {
      warnAboutChoice(main, others, session);
      const [override, ...otherOverrides] = await existing(overrideNames, directory, session);
      if (override === undefined) return [main];
      warnAboutChoice(override, otherOverrides, session);
      return [main, override];
    }
    if (dirname(directory) === directory) return [];
  }
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
