import { resolve } from "node:path";
import type { Files } from "../system/files.ts";
import type { Modules } from "../system/modules.ts";
import { bind } from "./bind.ts";
import { checkConsistency, checkContainerNames } from "./check.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type Assignments, type Discovery, discover } from "./discover.ts";
import { reportIgnored } from "./ignored.ts";
import { composeModel } from "./model.ts";
import { normalize } from "./normalize.ts";
import { projectName } from "./project-name.ts";
import type { Project } from "./project.ts";
import { resolveEnvironment, resolveLabels, type VariableFiles } from "./resolve-environment.ts";
import { type ModelScope, type ParsedFile, parseSource, readFile } from "./scope.ts";
import { activateProfiles, selectServices, withoutUnusedResources } from "./select.ts";
import type { FetchRemote } from "./remote.ts";
import { type Fetched, LoadSession } from "./session.ts";
import type { Location, Path, Sources } from "./source.ts";
import { type MapTree, placeOf } from "./tree.ts";
import { followWatchLinks } from "./watch-links.ts";

/** What to load, as flags and environment say it; the library passes the same. */
export interface LoadRequest {
  /** `-f`, in order; empty: `COMPOSE_FILE`, else the default names in the working directory and its parents. */
  readonly files?: readonly string[];
  readonly projectDirectory?: string;
  readonly projectName?: string;
  /** `--env-file`, in order. */
  readonly envFiles?: readonly string[];
  readonly profiles?: readonly string[];
  /** Services named on the command line; empty: all. */
  readonly services?: readonly string[];
  /** Leave out dependencies of the named services. */
  readonly noDependencies?: boolean;
  /** Keep networks, volumes, configs and secrets that no service uses. */
  readonly allResources?: boolean;
  readonly interpolate?: boolean;
  readonly normalize?: boolean;
  readonly resolvePaths?: boolean;
  readonly checkConsistency?: boolean;
  /** Read `env_file`s into `environment`; `ps`, `logs`, `down` … do not need them. */
  readonly resolveEnvironment?: boolean;
  /** `_` instead of `-` in names. */
  readonly compatibility?: boolean;
}

/** The outside world of a load. */
export interface LoadContext {
  readonly files: Files;
  /** Environment of the process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly readStdin: () => Promise<string>;
  /** Fetches compose files from afar; absent: they are refused. */
  readonly fetchRemote?: FetchRemote;
  /** Runs compose files that are programs, such as `compose.ts`; absent: none is run. */
  readonly modules?: Modules;
}

/** A project that passed every check, with what the user should still hear. */
export interface Loaded {
  readonly project: Project;
  readonly warnings: readonly Diagnostic[];
  readonly sources: Sources;
  /** Where an attribute was written, or what holds it where nobody wrote it. */
  readonly locate: (path: Path) => Location;
  /** Environment used for interpolation: the process's, completed by `.env` files. */
  readonly environment: Readonly<Record<string, string>>;
  /** Compose files that came from afar. */
  readonly fetched: readonly Fetched[];
}

/** A model that is finished but not bound to types: what can be shown before variables are known. */
export interface LoadedModel extends Omit<Loaded, "project"> {
  readonly model: MapTree;
  /** What environment files assign to variables; of several rounds the first wins. */
  readonly assignments: readonly Assignments[];
}

/** Turns files, flags and environment into a Project. Throws `InvalidProjectError` with every mistake found. */
export async function load(request: LoadRequest, context: LoadContext): Promise<Loaded> {
  const { name, model, loading } = await finishModel(request, context);
  const { session, found } = loading;
  const { files: configFiles, envFiles, projectDirectory: workingDirectory, environment } = found;
  const nameSeparator = isCompatible(request, environment) ? "_" : "-";
  const origin = { name, nameSeparator, workingDirectory, configFiles, envFiles } as const;
  const bound = bind(model, origin, session.reject);
  const project = await narrow(activateProfiles(bound, found.profiles), model, loading);
  session.expectSound();
  const { warnings, sources, fetched } = session;
  return { project, warnings, sources, fetched, locate: locator(model), environment };
}

/** Turns files, flags and environment into a finished model. Throws `InvalidProjectError` with every mistake found. */
export async function loadModel(request: LoadRequest, context: LoadContext): Promise<LoadedModel> {
  const { model, loading } = await finishModel(request, context);
  const { session, found } = loading;
  session.expectSound();
  const { environment, assignments } = found;
  const { warnings, sources, fetched } = session;
  return { model, warnings, sources, fetched, locate: locator(model), environment, assignments };
}

async function finishModel(request: LoadRequest, context: LoadContext): Promise<FinishedModel> {
  const session = new LoadSession(context);
  const found = await discover(request, context, session);
  const isEnvironmentKnown = !session.hasErrors;
  const files = await readProjectFiles(found, context, session);
  // Without their variables, files cannot be read as what they mean.
  if (!isEnvironmentKnown || files.length === 0) throw session.failure();
  const documents = files.flatMap((file) => file.documents);
  const name = await projectName({ ...found, request, documents }, session);
  const environment = { ...found.environment, COMPOSE_PROJECT_NAME: name };
  const loading: Loading = { request, context, session, found: { ...found, environment } };

  // A model without values takes none from the environment, either.
  const inherited = request.interpolate === false ? { COMPOSE_PROJECT_NAME: name } : environment;
  const composed = await composeModel(files, { ...mainScope(loading), environment: inherited });
  if (composed.entries.size === 0 && !session.hasErrors) refuseEmpty(composed, session);
  const located = request.resolvePaths === false ? composed : await followWatchLinks(composed, session.files);
  const model =
    request.normalize === false ? located : normalize(located, { projectName: name, environment: inherited });
  reportIgnored(model, session.report);
  return { name, model, loading };
}

interface FinishedModel {
  readonly name: string;
  readonly model: MapTree;
  readonly loading: Loading;
}

interface Loading {
  readonly request: LoadRequest;
  readonly context: LoadContext;
  readonly session: LoadSession;
  readonly found: Discovery;
}

async function readProjectFiles(
  { files: paths, environment }: Discovery,
  { readStdin }: LoadContext,
  session: LoadSession,
): Promise<ParsedFile[]> {
  if (paths.length === 0 && !session.hasErrors) refuseNothing(session);
  const files: ParsedFile[] = [];
  for (const path of paths) {
    const parsed =
      path === "-"
        ? parseSource(session.quote("-", await readStdin()), session)
        : await readFile(path, { session, environment });
    if (parsed !== undefined) files.push(parsed);
  }
  if (files.length < paths.length) session.doubts.leaveOpen();
  return files;
}

function mainScope({ request, context, session, found }: Loading): ModelScope {
  return {
    session,
    environment: found.environment,
    directory: found.projectDirectory,
    homeDirectory: context.homeDirectory,
    chain: [],
    interpolates: request.interpolate !== false,
    resolvesPaths: request.resolvePaths !== false,
  };
}

/** Checks the whole project, then keeps what the command is about; files of variables are read only for that. */
async function narrow(whole: Project, tree: MapTree, { request, context, found, session }: Loading): Promise<Project> {
  const { report } = session;
  if (request.checkConsistency !== false) checkConsistency(whole, tree, session.reject);
  const noDependencies = request.noDependencies === true;
  const selected = selectServices(whole, { services: request.services ?? [], noDependencies }, (missing) => {
    // Where the files are wrong, that may be why a service is missing.
    if (!session.hasErrors) report(missing);
  });
  checkContainerNames(selected, tree, report);
  const used = request.allResources === true ? selected : withoutUnusedResources(selected);
  const { environment } = found;
  // Where the user wanted paths left alone they are still relative, and then to where the user is.
  const read: VariableFiles["read"] = (path, from) =>
    session.find(resolve(context.workingDirectory, path), { from, holds: "variables" });
  const reading = { read, environment, report, locate: (path: Path) => placeOf(tree, path) };
  const labelled = await resolveLabels(used, reading);
  return request.resolveEnvironment === false ? labelled : resolveEnvironment(labelled, reading);
}

function locator(model: MapTree): (path: Path) => Location {
  return (path) => placeOf(model, path);
}

function refuseNothing(session: LoadSession): never {
  session.report({
    severity: "error",
    code: "no-compose-file",
    message: "no configuration file provided: not found",
    hint: "create compose.yaml, or name a file with -f",
  });
  throw session.failure();
}

function refuseEmpty({ at }: MapTree, { report }: LoadSession): void {
  report({ severity: "error", code: "empty-file", at, message: "empty compose file", hint: 'begin with "services:"' });
}

function isCompatible({ compatibility }: LoadRequest, environment: Readonly<Record<string, string>>): boolean {
  return compatibility ?? /^(1|t|true|y|yes|on)$/i.test(environment["COMPOSE_COMPATIBILITY"] ?? "");
}
