import type { ContainerInspect } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import type { AwaitedState, Operation } from "../plan/operation.ts";
import type { Tools } from "./perform.ts";
import { tailOf } from "./tail.ts";

type Await = Extract<Operation, { kind: "await-containers" }>;

/** Waits until all containers of a service are in the state asked for: event by event, never by the clock. */
export async function awaitContainers(operation: Await, tools: Tools): Promise<string | undefined> {
  try {
    await Promise.all(
      operation.containers.map(async (name) => {
        await awaitContainer(name, operation, tools);
        tools.settled(name);
      }),
    );
    return undefined;
  } catch (error) {
    if (operation.required || !(error instanceof TscomposeError) || error.code !== "operation-failed") throw error;
    tools.warn(`optional dependency "${operation.service}": ${error.message}`);
    return "Skipped";
  }
}

async function awaitContainer(name: string, { service, until, timeoutMs }: Await, tools: Tools): Promise<void> {
  const { engine, ids, signal } = tools;
  const id = ids.resolve(name);
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any(deadline === undefined ? [signal] : [signal, deadline]);
  // Subscribed before the first look: no gap to miss a change in.
  await using changes = await engine.events({ filters: { type: ["container"], container: [id] }, signal: ended });
  const events = changes[Symbol.asyncIterator]();
  for (;;) {
    const verdict = await judge(name, id, until, engine);
    if (verdict.kind === "reached") return;
    if (verdict.kind === "impossible") throw await failure(service, id, verdict.reason, engine);
    const { done } = await events.next();
    if (done !== true) continue;
    if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `waiting for ${name}: interrupted` });
    if (deadline?.aborted === true) throw await timedOut(name, id, until, timeoutMs ?? 0, engine);
    throw new TscomposeError({ code: "unavailable", message: `waiting for ${name}: the engine ended its events` });
  }
}

/** What a look at a container says about reaching a state. */
export type Verdict =
  | { readonly kind: "reached" }
  | { readonly kind: "pending" }
  | { readonly kind: "impossible"; readonly reason: string };

async function judge(name: string, id: string, until: AwaitedState, engine: Engine): Promise<Verdict> {
  const container = await engine.inspectContainer(id);
  if (container === undefined) return { kind: "impossible", reason: `container ${name} is gone` };
  return verdictOn(name, container, until);
}

/** Judges a container's state: what cannot come any more is known as early as can be. */
export function verdictOn(name: string, { State, Config }: ContainerInspect, until: AwaitedState): Verdict {
  const hasEnded = State.Status === "exited" || State.Status === "dead";
  if (until === "completed") {
    if (!hasEnded) return { kind: "pending" };
    if (State.ExitCode === 0) return { kind: "reached" };
    return {
      kind: "impossible",
      reason: `service did not complete successfully: container ${name} ${exitText(State)}`,
    };
  }
  if (hasEnded) return { kind: "impossible", reason: `container ${name} ${exitText(State)}` };
  if (State.Status !== "running") return { kind: "pending" };
  if (until === "running") return { kind: "reached" };
  const health = State.Health?.Status;
  const hasCheck = health !== undefined && health !== "none" && Config.Healthcheck?.Test?.[0] !== "NONE";
  if (!hasCheck) {
    if (until === "running-or-healthy") return { kind: "reached" };
    return { kind: "impossible", reason: `container ${name} has no healthcheck` };
  }
  if (health === "healthy") return { kind: "reached" };
  return health === "unhealthy"
    ? { kind: "impossible", reason: `container ${name} is unhealthy` }
    : { kind: "pending" };
}

function exitText({ ExitCode, OOMKilled, Error: trouble }: ContainerInspect["State"]): string {
  const why = [...(OOMKilled ? ["out of memory"] : []), ...(trouble === "" ? [] : [trouble])];
  return `exited (${ExitCode})${why.length === 0 ? "" : `: ${why.join(", ")}`}`;
}

/** The error that saves the next three commands: what the probe said, and the last words of the container. */
export async function failure(service: string, id: string, reason: string, engine: Engine): Promise<TscomposeError> {
  const details = await lastWords(id, engine);
  const without = reason.endsWith("has no healthcheck");
  return new TscomposeError({
    code: "operation-failed",
    message: [`${service}: ${reason}`, ...details].join("\n"),
    hint: without
      ? `give service ${service} a healthcheck, or wait for service_started`
      : `see more: tscompose logs ${service}`,
  });
}

async function timedOut(
  name: string,
  id: string,
  until: AwaitedState,
  timeoutMs: number,
  engine: Engine,
): Promise<TscomposeError> {
  const details = await lastWords(id, engine);
  const message = `container ${name} is not ${until.replaceAll("-", " ")} after ${timeoutMs / 1000}s`;
  return new TscomposeError({ code: "timeout", message: [message, ...details].join("\n") });
}

async function lastWords(id: string, engine: Engine): Promise<string[]> {
  const container = await engine.inspectContainer(id);
  if (container === undefined) return [];
  const probe = container.State.Health?.Log?.at(-1);
  const logs = await tailOf(engine.logs(id, { follow: false, tail: 10, timestamps: false })).catch(() => []);
  return [
    ...(probe === undefined ? [] : [`  probe exited with ${probe.ExitCode}: ${probe.Output.trim().slice(-500)}`]),
    ...(logs.length === 0 ? [] : ["  last output:", ...logs.map((line) => `    ${line}`)]),
  ];
}
