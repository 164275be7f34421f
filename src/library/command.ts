import { converse } from "../actions/converse.ts";
import type { ProjectOrName } from "../actions/down.ts";
import { exec as runInside, type ExecOptions } from "../actions/exec.ts";
import { checkExecution } from "../actions/execution-error.ts";
import type { OneOffOverrides } from "../actions/one-off.ts";
import { planRun, type RunOptions } from "../actions/run.ts";
import { runPlan } from "../actions/run-plan.ts";
import type { Terminal } from "../actions/terminal.ts";
import type { LoadContext } from "../compose/load.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { OutputChunk } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { subjectOf } from "./subject.ts";

/** How a command ended, and what it wrote. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command reads, and who hears what it writes. */
export interface CommandStreams {
  /** Absent: it reads nothing. */
  readonly input?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** Hears output as it comes, in pieces that may be cut anywhere; the result has it all the same. */
  readonly onOutput?: (chunk: OutputChunk) => void;
}

/** What to run in which container that runs already. */
export interface ExecRequest extends Omit<ExecOptions, "tty" | "interactive" | "detachKeys">, CommandStreams {}

/** What to run in a container of its own. */
export interface RunRequest
  extends
    Omit<RunOptions, "tty" | "interactive" | "detach" | "overrides" | "directory" | "environment">,
    OneOffOverrides,
    CommandStreams {
  /** Where relative paths of `volumes` start; absent: the project's directory. */
  readonly directory?: string;
  /** Variables that configs and secrets may name; absent: those of the context. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Runs a command in a container that runs already. An exit code other than 0 is an answer, not an error. */
export async function exec(project: ProjectOrName, request: ExecRequest, context: Context): Promise<CommandResult> {
  const { input, onOutput, ...options } = request;
  const terminal = new Recorder({ input, onOutput });
  const asked = { ...options, interactive: input !== undefined };
  const exitCode = await runInside(subjectOf(project), asked, { ...context, terminal });
  expectNotInterrupted(context);
  return { exitCode, ...terminal.recorded() };
}

/**
 * Runs one command in a container of its own, made as a service says; its dependencies are brought up before. The container
 * is removed afterwards unless `autoRemove` is false. An exit code other than 0 is an answer, not an error.
 */
export async function run(
  project: Project,
  request: RunRequest,
  context: Context & Pick<LoadContext, "environment">,
): Promise<CommandResult> {
  const { input, onOutput, variables = context.environment, ...asked } = request;
  const interactive = input !== undefined;
  const { autoRemove = true, directory = project.workingDirectory, environment, ...others } = asked;
  const overrides = { ...others, ...(environment === undefined ? {} : { environment }) };
  const how = { tty: false, interactive, autoRemove, directory, overrides, environment: variables };
  const { container, preparation, hooks } = await planRun(project, { ...others, ...how }, context);
  checkExecution(await runPlan(preparation, context));
  const terminal = new Recorder({ input, onOutput });
  const runHooks = async (): Promise<void> => checkExecution(await runPlan(hooks, context));
  const conversation = { container, tty: false, interactive, onStarted: runHooks };
  const { engine, signal } = context;
  // Subscribed before the start: the engine removes it a moment after its end.
  await using removals = await engine.events({ filters: { container: [container], event: ["destroy"] } });
  const end = await converse(conversation, { engine, terminal, signal });
  if (end.kind === "left") await engine.killContainer(container);
  if (autoRemove) await removals[Symbol.asyncIterator]().next();
  expectNotInterrupted(context);
  return { exitCode: end.kind === "exited" ? end.exitCode : 0, ...terminal.recorded() };
}

/** A person's side of a command for whom nobody sits there: what is to be read is known, what is written is kept. */
class Recorder implements Terminal {
  readonly #streams: { readonly [Key in keyof CommandStreams]: CommandStreams[Key] | undefined };
  readonly #chunks: OutputChunk[] = [];

  constructor(streams: { readonly [Key in keyof CommandStreams]: CommandStreams[Key] | undefined }) {
    this.#streams = streams;
  }

  async *input(): AsyncGenerator<Uint8Array> {
    const { input } = this.#streams;
    if (input === undefined) return;
    if (typeof input === "string") yield Buffer.from(input);
    else if (ArrayBuffer.isView(input)) yield input;
    else yield* input;
  }

  write(chunk: OutputChunk): void {
    this.#chunks.push(chunk);
    this.#streams.onOutput?.(chunk);
  }

  enterRawMode(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  size(): undefined {
    return undefined;
  }

  onResize(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  recorded(): Pick<CommandResult, OutputChunk["stream"]> {
    const textOf = (stream: OutputChunk["stream"]): string =>
      Buffer.concat(this.#chunks.filter((chunk) => chunk.stream === stream).map(({ bytes }) => bytes)).toString("utf8");
    return { stdout: textOf("stdout"), stderr: textOf("stderr") };
  }
}

function expectNotInterrupted({ signal }: Context): void {
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: "interrupted" });
}
