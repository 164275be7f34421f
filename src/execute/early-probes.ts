import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerInspect } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { outputOnly } from "./hook.ts";

/** What is needed to ask a container whether it is well. */
export interface EarlyProbing {
  readonly engine: Pick<Engine, "createExec" | "startExec" | "inspectExec">;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** What engines take where nobody says how long a probe may take. */
const usualTimeoutMs = 30_000;

/**
 * Runs the health check of a container as its engine does, but at once and more often, until it succeeds: the engine will
 * come to the same result at its next probe. False when that was not to be found out: by the signal, without a check, or
 * when a probe does not end in its time.
 */
export async function askUntilWell(container: ContainerInspect, probing: EarlyProbing): Promise<boolean> {
  const { everyMs, signal } = probing;
  const command = commandOf(container);
  if (command === undefined) return false;
  const timeoutMs = (container.Config.Healthcheck?.Timeout ?? 0) / 1e6 || usualTimeoutMs;
  while (!signal.aborted) {
    const answer = await ask(container.Id, command, { ...probing, timeoutMs });
    if (answer !== "not yet") return answer === "well";
    await delay(everyMs, undefined, { signal }).catch(() => {}); // the loop ends then
  }
  return false;
}

/** The command of a health check, as the engine would run it. */
function commandOf({ Config: { Healthcheck, Shell } }: ContainerInspect): readonly string[] | undefined {
  const [kind, ...words] = Healthcheck?.Test ?? [];
  if (words.length === 0) return undefined;
  if (kind === "CMD") return words;
  return kind === "CMD-SHELL" ? [...(Shell ?? ["/bin/sh", "-c"]), ...words] : undefined;
}

/** Silent is a probe that does not end in its time, or nobody waits for any more. */
type Answer = "well" | "not yet" | "silent";

async function ask(
  id: string,
  command: readonly string[],
  { engine, signal, timeoutMs }: EarlyProbing & { readonly timeoutMs: number },
): Promise<Answer> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const exec = await engine.createExec(id, { ...outputOnly, Cmd: command });
    await using attachment = await engine.startExec(exec, { tty: false });
    if (!(await Promise.race([hasEnded(attachment.output), isOver(given)]))) return "silent";
    return (await engine.inspectExec(exec)).exitCode === 0 ? "well" : "not yet";
  } catch (error) {
    // It has just ended, or starts again: the engine's own events tell what becomes of it.
    if (error instanceof TscomposeError) return signal.aborted ? "silent" : "not yet";
    throw error;
  }
}

async function hasEnded(output: AsyncIterable<unknown>): Promise<true> {
  for await (const _ of output);
  return true;
}

async function isOver(signal: AbortSignal): Promise<false> {
  if (!signal.aborted) await once(signal, "abort");
  return false;
}
