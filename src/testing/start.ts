import { join } from "node:path";
import { checkExecution } from "../actions/execution-error.ts";
import { layersOf, removeLayers } from "../actions/kept-layers.ts";
import { load } from "../actions/load-project.ts";
import { renderPlan } from "../actions/plan.ts";
import { runPlan } from "../actions/run-plan.ts";
import { planUp } from "../actions/up.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { LogLine } from "../events.ts";
import { down } from "../library/change.ts";
import { logs } from "../library/follow.ts";
import { openContext, type OpenContext } from "../library/open-context.ts";
import type { StackHistory } from "./dossier/history.ts";
import { openDossiersOfStarts } from "./dossier/places.ts";
import { recordDossier } from "./dossier/record.ts";
import { prepare } from "./prepare.ts";
import { probedEarly } from "./probed-early.ts";
import { StackStartError, type StartFailure, startFailure } from "./start-error.ts";
import { knownVariables, secretValues, type ServiceVariables } from "./variables.ts";

/** What to start, as data: JSON-safe, for it may be another process that starts it. */
export interface StackRequest {
  /** Absolute paths, or `-` for what `definition` says. */
  readonly files: readonly string[];
  /** A compose file that is no file, as text. */
  readonly definition?: string;
  readonly projectDirectory?: string;
  readonly envFiles?: readonly string[];
  readonly profiles?: readonly string[];
  /** Empty: all. */
  readonly services: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly engine?: string;
  readonly build?: "always" | "never";
  readonly pull?: string;
  /** How long services may take to become healthy. */
  readonly startTimeoutMs: number;
  /** How long containers may take to stop. */
  readonly stopGraceMs: number;
  /** It stays when nobody needs it any more, also when it did not start. */
  readonly isKept: boolean;
}

/** A stack that was read, or runs, as data. */
export interface StackState {
  readonly project: Project;
  readonly variables: ServiceVariables;
  /** What its secrets hold: what nobody is to read who is told about it. */
  readonly secrets: readonly string[];
  /** What was done to start it, line by line. */
  readonly plan: readonly string[];
  /** Variables of the process, completed by `.env` files. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A stack that was read and can be started. */
type ReadStack = Omit<StackState, "plan">;

/** Opens what a stack is started and looked at with. */
export function openStackContext(
  { environment, workingDirectory, homeDirectory, engine, definition }: StackRequest,
  more: Partial<Pick<Context, "emit" | "signal">>,
): Promise<OpenContext> {
  const named = engine === undefined ? {} : { engine };
  const given = definition === undefined ? {} : { readStdin: async () => definition };
  return openContext({ environment, workingDirectory, homeDirectory, ...named, ...given, ...more });
}

/** Reads the files and makes a copy of the project, of a name that nobody else has. */
export async function readStack(request: StackRequest, copy: string, context: OpenContext): Promise<ReadStack> {
  const { files, projectDirectory, envFiles, profiles, services } = request;
  const loaded = await load(
    {
      files,
      services,
      ...(projectDirectory === undefined ? {} : { projectDirectory }),
      ...(envFiles === undefined ? {} : { envFiles }),
      ...(profiles === undefined ? {} : { profiles }),
    },
    context,
  );
  const { project, remarks } = prepare(loaded.project, copy, context.engine);
  for (const message of remarks) context.emit({ kind: "remark", level: "warning", message });
  const { environment } = loaded;
  const [variables, secrets] = await Promise.all([
    knownVariables(project, { ...context, environment }),
    secretValues(project, { ...context, environment }),
  ]);
  return { project, variables, secrets, environment };
}

/**
 * Brings a stack up and waits until it is healthy. Throws a `StackStartError` with what its containers had to say, after
 * a dossier was written and everything was taken down again.
 */
export async function startStack(
  read: ReadStack,
  request: StackRequest,
  { context, history, prepareData = async () => {} }: StartOptions,
): Promise<StackState> {
  const { project, environment } = read;
  const { build = "always", pull, startTimeoutMs } = request;
  const how = { wait: true, waitTimeoutMs: startTimeoutMs, build, ...(pull === undefined ? {} : { pull }) };
  let plan: readonly string[] = [];
  try {
    await prepareData();
    const wanted = await planUp(project, { ...how, environment, ignoreOrphans: true }, context);
    const planned = probedEarly(wanted, project, context.engine);
    plan = renderPlan(planned);
    checkExecution(await runPlan(planned, { ...context, environment }));
    return { ...read, plan };
  } catch (error) {
    const spoken = await lastLines(project, context).catch(() => []);
    const failure = startFailure(error, spoken);
    const dossier = failure && (await writeDossier({ ...read, plan }, { request, context, history, failure }));
    if (!request.isKept) await endStack(project.name, request, context);
    throw failure === undefined ? error : new StackStartError({ ...failure, ...dossier }, error);
  }
}

/** What a start needs beside what was asked for. */
export interface StartOptions {
  readonly context: OpenContext;
  readonly history: StackHistory;
  /** Fills volumes before anything runs on them. */
  readonly prepareData?: () => Promise<void>;
}

/** Whoever gave up a start wants no dossier; and where none can be written the failure itself is told all the same. */
async function writeDossier(
  state: StackState,
  {
    request,
    context,
    history,
    failure,
  }: Pick<StartOptions, "context" | "history"> & { readonly request: StackRequest; readonly failure: StartFailure },
): Promise<Pick<StartFailure, "dossier" | "hint">> {
  if (failure.code === "interrupted") return {};
  try {
    const root = await openDossiersOfStarts(request.environment);
    const dossier = await recordDossier(state, history, { context, root, failure: failure.message });
    // Whose logs a hint is about is gone when somebody reads it.
    const isAboutLogs = failure.failures.some(({ trouble }) => trouble !== undefined);
    return { dossier, ...(isAboutLogs ? { hint: `see ${join(dossier, "logs.txt")}` } : {}) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { dossier: `could not be written: ${error.message}` };
  }
}

/** Removes all of a stack, its data with it; works without its files, and whatever was interrupted. */
export async function endStack(
  name: string,
  { stopGraceMs: graceMs }: Pick<StackRequest, "stopGraceMs">,
  context: Context,
): Promise<void> {
  const undisturbed = { ...context, emit: () => {}, signal: new AbortController().signal };
  const [layers] = await Promise.all([
    layersOf(name, undisturbed.engine),
    down({ name }, { volumes: true, removeOrphans: true, graceMs, isAbrupt: graceMs === 0 }, undisturbed),
  ]);
  await removeLayers(layers, undisturbed.engine);
}

/** Enough to see what went wrong, and not so much that nobody reads it. */
const linesOfEach = 20;

async function lastLines(project: Project, context: Context): Promise<readonly LogLine[]> {
  const undisturbed = { ...context, signal: new AbortController().signal };
  const lines = await Array.fromAsync(logs({ name: project.name }, { tail: linesOfEach }, undisturbed));
  return lines.toSorted((a, b) => (a.container < b.container ? -1 : a.container > b.container ? 1 : 0));
}
