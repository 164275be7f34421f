import { load } from "../actions/load-project.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { LogLine } from "../events.ts";
import { down, up } from "../library/change.ts";
import { logs } from "../library/follow.ts";
import { openContext, type OpenContext } from "../library/open-context.ts";
import { prepare } from "./prepare.ts";
import { StackStartError, startFailure } from "./start-error.ts";
import { knownVariables, type ServiceVariables } from "./variables.ts";

/** What to start, as data: JSON-safe, for it may be another process that starts it. */
export interface StackRequest {
  /** Absolute paths; empty: as the command line finds them. */
  readonly files: readonly string[];
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

/** A stack that runs, as data. */
export interface StackState {
  readonly project: Project;
  readonly variables: ServiceVariables;
}

/** A stack that was read and can be started. */
export interface ReadStack extends StackState {
  /** Variables of the process and of `.env` files. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Opens what a stack is started and looked at with. */
export function openStackContext(
  { environment, workingDirectory, homeDirectory, engine }: StackRequest,
  more: Partial<Pick<Context, "emit" | "signal">>,
): Promise<OpenContext> {
  const named = engine === undefined ? {} : { engine };
  return openContext({ environment, workingDirectory, homeDirectory, ...named, ...more });
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
  const { project, remarks } = prepare(loaded.project, copy);
  for (const message of remarks) context.emit({ kind: "remark", level: "warning", message });
  const variables = await knownVariables(project, { ...context, environment: loaded.environment });
  return { project, variables, environment: loaded.environment };
}

/**
 * Brings a stack up and waits until it is healthy. Throws a `StackStartError` with what its containers had to say, after
 * everything was taken down again.
 */
export async function startStack(
  { project, environment }: ReadStack,
  request: StackRequest,
  context: OpenContext,
): Promise<void> {
  const { build = "always", pull, startTimeoutMs } = request;
  const how = { wait: true, waitTimeoutMs: startTimeoutMs, build, ...(pull === undefined ? {} : { pull }) };
  try {
    await up(project, { ...how, environment, ignoreOrphans: true }, context);
  } catch (error) {
    const spoken = await lastLines(project, context).catch(() => []);
    if (!request.isKept) await endStack(project.name, request, context);
    const failure = startFailure(error, spoken);
    throw failure === undefined ? error : new StackStartError(failure, error);
  }
}

/** Removes all of a stack, its data with it; works without its files, and whatever was interrupted. */
export async function endStack(
  name: string,
  { stopGraceMs: graceMs }: Pick<StackRequest, "stopGraceMs">,
  context: Context,
): Promise<void> {
  const undisturbed = { ...context, emit: () => {}, signal: new AbortController().signal };
  await down({ name }, { volumes: true, removeOrphans: true, graceMs }, undisturbed);
}

/** Enough to see what went wrong, and not so much that nobody reads it. */
const linesOfEach = 20;

async function lastLines(project: Project, context: Context): Promise<readonly LogLine[]> {
  const undisturbed = { ...context, signal: new AbortController().signal };
  const lines = await Array.fromAsync(logs({ name: project.name }, { tail: linesOfEach }, undisturbed));
  return lines.toSorted((a, b) => (a.container < b.container ? -1 : a.container > b.container ? 1 : 0));
}
