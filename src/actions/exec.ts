import type { Context } from "../context.ts";
import type { ExecBody } from "../engine/engine.ts";
import { joinStreams, type Resize } from "./join-streams.ts";
import { findReplica, type Subject } from "./select-containers.ts";
import type { Terminal } from "./terminal.ts";
import { chosenDetachKeys } from "./detach-keys.ts";

/** What to run, in which container, and how. */
export interface ExecOptions {
  readonly service: string;
  readonly command: readonly string[];
  /** Number of the replica; absent: the lowest that runs, and where there is none, a one-off. */
  readonly index?: number;
  /** Returns as soon as it runs. */
  readonly detach?: boolean;
  /** `NAME=value`, or `NAME` alone to unset what the image says. */
  readonly environment?: readonly string[];
  readonly user?: string;
  readonly workingDir?: string;
  readonly privileged?: boolean;
  /** Gives the command a terminal of its own. */
  readonly tty?: boolean;
  /** False: the command reads nothing. */
  readonly interactive?: boolean;
  /** Keys that leave the command running, `ctrl-p,ctrl-q` when absent. */
  readonly detachKeys?: string;
}

/** Runs a command in a container that runs already; resolves with its exit code, 0 when it was left running. */
export async function exec(
  subject: Subject,
  options: ExecOptions,
  { engine, signal, terminal }: Context & { readonly terminal: Terminal },
): Promise<number> {
  const { service, index, detach = false, tty = false, interactive = true } = options;
  const target = { service, mustRun: true, ...(index === undefined ? {} : { index }) };
  const container = await findReplica(engine, subject, target);
  const stdin = interactive && !detach;
  const execId = await engine.createExec(container.id, execBody(options, stdin, terminal));
  await using attachment = await engine.startExec(execId, { tty, detach, stdin });
  if (detach) return 0;
  const resize: Resize = (size) => engine.resizeExec(execId, size);
  const keys = tty ? await chosenDetachKeys(options.detachKeys, engine) : {};
  const end = await joinStreams(attachment, terminal, {
    isInteractive: stdin,
    signal,
    ...(tty ? { tty: { resize, ...keys } } : {}),
  });
  return end === "left" ? 0 : ((await engine.inspectExec(execId)).exitCode ?? 0);
}

function execBody(options: ExecOptions, stdin: boolean, terminal: Terminal): ExecBody {
  const { command, detach = false, environment, user, workingDir, privileged, tty = false } = options;
  const size = tty ? terminal.size() : undefined;
  return {
    Cmd: command,
    AttachStdin: stdin,
    AttachStdout: !detach,
    AttachStderr: !detach,
    Tty: tty,
    ...(environment === undefined ? {} : { Env: environment }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(privileged === undefined ? {} : { Privileged: privileged }),
    ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }),
  };
}
