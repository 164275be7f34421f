import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { ComposeFile } from "../define/compose-file.ts";
import type { Emit, ProgressEvent } from "../events.ts";
import { ownSurroundings } from "../system/surroundings.ts";
import { StackHistory } from "./dossier/history.ts";
import { wantedDossiers } from "./dossier/places.ts";
import { recordDossier } from "./dossier/record.ts";
import { currentTestFile } from "./dossier/test-file.ts";
import { checkWishes } from "./check-wishes.ts";
import { definitionText, identityOf, isDefinition } from "./definition.ts";
import { keepNames } from "./keep-names.ts";
import { keepWatch } from "./guard/own-guard.ts";
import { Running } from "./running.ts";
import type { ComposeShape, ServiceName, ShapeOf } from "./shape.ts";
import { createFilled, type StackSnapshot } from "./snapshot.ts";
import { type Stack, toStack } from "./stack.ts";
import { lease } from "./lease/lease.ts";
import { keyOf } from "./lease/places.ts";
import type { OpenContext } from "../library/open-context.ts";
import { endStack, openStackContext, readStack, type StackRequest, type StackState, startStack } from "./start.ts";

/**
 * Which file, or which files of which the later ones change what the earlier say; relative to the working directory. Or what
 * `defineCompose` gives: relative paths in that start from the working directory, unless there is a project directory.
 */
export type ComposeSource = string | URL | readonly (string | URL)[] | ComposeFile;

/** What a test can say about the stack that it wants, whatever the file. */
export interface StackWishes {
  /** Only these, and what they depend on; absent: all. */
  readonly services?: readonly string[];
  readonly profiles?: readonly string[];
  /** Variables for the compose files, beside those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly envFiles?: readonly string[];
  /** Where relative paths of the files start; absent: the folder of the first file. */
  readonly projectDirectory?: string;
  /** As `--engine` has it. */
  readonly engine?: string;
  /** `always`, which is usual: a test tries what the sources say now. */
  readonly build?: "always" | "never";
  readonly pull?: "always" | "missing" | "never";
  /** How long services may take to become healthy; absent: two minutes. */
  readonly startTimeoutMs?: number;
  /** How long containers may take to stop; absent: none, for their data goes with them. */
  readonly stopGraceMs?: number;
  /**
   * One stack for all processes and workers that ask for the same: the first starts it, the last to leave takes it down, and
   * so does the death of all of them.
   */
  readonly shared?: boolean;
  /** As `shared`, and it stays when all have left: the next run finds it, and changes only what differs. */
  readonly reuse?: boolean;
  /** Ends the start, and whatever the stack is asked to do. */
  readonly signal?: AbortSignal;
  /** Hears what happens. */
  readonly onEvent?: Emit;
}

/** What a test can say about the stack that it wants, in the names that the file declares. */
export interface ComposeOptions<Shape extends ComposeShape = ComposeShape> extends StackWishes {
  readonly services?: readonly ServiceName<Shape>[];
  readonly profiles?: readonly Shape["profiles"][];
}

/**
 * Starts what a compose file says, as a copy that is nobody else's: project name, container names, ports and subnets of its
 * own. Resolves when all services are healthy. The stack is gone at the end of its scope, and also when this process dies.
 *
 * ```ts
 * await using stack = await compose("compose.yaml");
 * const client = new Client(stack.db.url());
 * ```
 *
 * Throws a `StackStartError` with the cause and the logs when it does not start; nothing is left of it then.
 */
export function compose<const File extends ComposeSource>(
  file: File,
  options?: ComposeOptions<ShapeOf<File>>,
): Promise<Stack<ShapeOf<File>>>;
export async function compose(file: ComposeSource, options: StackWishes = {}): Promise<Stack> {
  const request = toRequest(file, options);
  const isShared = options.shared === true || options.reuse === true;
  return open(request, options, (opening) =>
    isShared ? joinShared(request, options, opening) : startOwn(request, opening),
  );
}

/** What a stack is started with, and what is to be done when it has had its time. */
interface Opening {
  readonly context: OpenContext;
  readonly history: StackHistory;
  readonly undo: AsyncDisposableStack;
}

/** Has a stack started, and makes it one that a test can use. */
async function open(
  request: StackRequest,
  options: Pick<StackWishes, "signal" | "onEvent">,
  start: (opening: Opening) => Promise<StackState>,
): Promise<Stack> {
  const { signal, onEvent } = options;
  const history = new StackHistory(currentTestFile());
  const emit = (event: ProgressEvent): void => {
    history.hear(event);
    onEvent?.(event);
  };
  await using undo = new AsyncDisposableStack();
  const context = undo.use(await openStackContext(request, { emit, ...(signal === undefined ? {} : { signal }) }));
  const state = await start({ context, history, undo });
  const running = new Running(state, request, context);
  const root = wantedDossiers(request.environment);
  const fork = (snapshot: StackSnapshot): Promise<Stack> => {
    const own: StackRequest = { ...request, isKept: false, build: "never" };
    return open(own, options, (opening) => startOwn(own, opening, snapshot));
  };
  const end = async (): Promise<void> => {
    await using _ = kept; // whatever becomes of the dossier
    if (root !== undefined) await recordDossier(state, history, { context, root });
  };
  const stack = await toStack<ComposeShape>(running, { end, fork });
  const kept = undo.move();
  return stack;
}

async function startOwn(
  request: StackRequest,
  { context, history, undo }: Opening,
  data?: StackSnapshot,
): Promise<StackState> {
  const read = await readStack(request, `t${randomBytes(4).toString("hex")}`, context);
  // Before anything is made: from here on somebody is left to clean up.
  const watch = keepWatch({ name: read.project.name, request });
  undo.defer(() => watch.end());
  await keepNames(read.project, context);
  const prepareData = async (): Promise<void> =>
    data && createFilled(new Running({ ...read, plan: [] }, request, context), data);
  const state = await startStack(read, request, { context, history, prepareData });
  undo.defer(() => endStack(read.project.name, request, context));
  return state;
}

async function joinShared(
  request: StackRequest,
  { env = {}, reuse }: StackWishes,
  { context, undo }: Opening,
): Promise<StackState> {
  const { files, definition, services, profiles, envFiles, projectDirectory, engine } = request;
  // What changes while it runs is another stack; what is kept is brought to what the files say now.
  const isFile = reuse !== true && definition === undefined;
  const texts = isFile ? await Promise.all(files.map((file) => context.files.readText(file))) : [];
  const defined = definition === undefined ? [] : [request.workingDirectory, identityOf(definition, reuse === true)];
  const which = { files, defined, services: services.toSorted(), profiles, envFiles, projectDirectory };
  const key = keyOf([which, engine ?? context.choice.address, env, reuse === true, texts]);
  const { state, release } = await lease({ key, request }, context);
  undo.defer(release);
  await keepNames(state.project, context);
  return state;
}

/** What a test said, as data, with all that this process has to say. */
export function toRequest(file: ComposeSource, options: StackWishes): StackRequest {
  checkWishes(options);
  const { workingDirectory, homeDirectory, environment } = ownSurroundings();
  const { services = [], profiles, env = {}, envFiles, projectDirectory, engine, build, pull } = options;
  return {
    ...(isDefinition(file)
      ? { files: ["-"], definition: definitionText(file) }
      : { files: pathsOf(file, workingDirectory) }),
    services,
    environment: { ...environment, ...env },
    workingDirectory,
    homeDirectory,
    startTimeoutMs: options.startTimeoutMs ?? 120_000,
    stopGraceMs: options.stopGraceMs ?? 0,
    isKept: options.reuse === true,
    ...(profiles === undefined ? {} : { profiles }),
    ...(envFiles === undefined ? {} : { envFiles: envFiles.map((path) => resolve(workingDirectory, path)) }),
    ...(projectDirectory === undefined ? {} : { projectDirectory: resolve(workingDirectory, projectDirectory) }),
    ...(engine === undefined ? {} : { engine }),
    ...(build === undefined ? {} : { build }),
    ...(pull === undefined ? {} : { pull }),
  };
}

function pathsOf(file: Exclude<ComposeSource, ComposeFile>, workingDirectory: string): readonly string[] {
  const named = typeof file === "string" || file instanceof URL ? [file] : file;
  return named.map((each) => resolve(workingDirectory, each instanceof URL ? fileURLToPath(each) : each));
}
