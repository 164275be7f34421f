import { TscomposeError } from "../errors.ts";
import type { Engine } from "../engine/engine.ts";
import type { HookCommand, Operation } from "../plan/operation.ts";
import { coverArguments } from "../plan/secrets.ts";
import type { Tools } from "./perform.ts";
import { tailOf } from "./tail.ts";

/** How a command is run of which nothing is wanted but its output and its end. */
export const outputOnly = { AttachStdin: false, AttachStdout: true, AttachStderr: true, Tty: false } as const;

/** Runs a hook's command in its container, as `runCommand` does: an interruption waits for no hook. */
export async function runHook(
  operation: Extract<Operation, { kind: "run-hook" }>,
  { engine, ids, signal }: Tools,
): Promise<undefined> {
  const { container, service, moment } = operation;
  await runCommand(engine, ids.resolve(container), operation, { title: `${service}: ${moment} hook`, signal });
}

/** How a command is told of, and until when its end is waited for. */
interface RunOptions {
  readonly title: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command in a container to its end; a status other than 0 fails, with the last lines it printed. So does a command
 * that has not ended when the signal fires: it goes on.
 */
export async function runCommand(
  engine: Engine,
  id: string,
  hook: HookCommand,
  { title, signal }: RunOptions,
): Promise<void> {
  const { command, user, workingDir, privileged, environment } = hook;
  const exec = await engine.createExec(id, {
    ...outputOnly,
    Cmd: command,
    ...(environment.length === 0 ? {} : { Env: environment }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(privileged === undefined ? {} : { Privileged: privileged }),
  });
  await using attachment = await engine.startExec(exec, { tty: false, ...(signal && { signal }) });
  const lines = await tailOf(attachment.output);
  const { exitCode, running } = await engine.inspectExec(exec);
  const shown = coverArguments(command).join(" ");
  if (signal?.aborted === true && (running || exitCode === undefined)) {
    throw new TscomposeError({ code: "interrupted", message: `${title} "${shown}" goes on without us` });
  }
  if (exitCode === 0) return;
  throw new TscomposeError({
    code: "operation-failed",
    message: [`${title} "${shown}" exited with status ${exitCode}`, ...lines].join("\n  "),
  });
}
