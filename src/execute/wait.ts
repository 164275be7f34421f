import type { ContainerInspect } from "../docker-api/container.ts";
import type { EngineEventBody } from "../docker-api/event.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import type { AwaitedState, Operation } from "../plan/operation.ts";
import type { Tools } from "./perform.ts";
import { Probes } from "./probes.ts";
import { ContainerTroubleError, lookIntoTrouble } from "./trouble.ts";

type Await = Extract<Operation, { kind: "await-containers" }>;

/** Waits until all containers of a service are in the state asked for: event by event, never by the clock. */
export async function awaitContainers(operation: Await, tools: Tools): Promise<string | undefined> {
  try {
    await Promise.all(
      operation.containers.map(async (name, index) => {
        await awaitContainer({ name, id: operation.ids?.[index] ?? tools.ids.resolve(name) }, operation, tools);
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

interface Awaited {
  readonly name: string;
  readonly id: string;
}

async function awaitContainer({ name, id }: Awaited, operation: Await, tools: Tools): Promise<void> {
  const { service, until, timeoutMs, probeEveryMs } = operation;
  const { engine, signal } = tools;
  // What runs already needs no subscription; nobody is healthy as soon as it is started.
  if (until !== "healthy" && (await hasReached(name, id, until, engine))) return;
  const deadline = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const ended = AbortSignal.any(deadline === undefined ? [signal] : [signal, deadline]);
  // Subscribed before the first look: no gap to miss a change in.
  await using changes = await engine.events({ filters: { type: ["container"], container: [id] }, signal: ended });
  const events = changesOf(changes)[Symbol.asyncIterator]();
  using probes = new Probes(name, { ...tools, signal: ended, ...(probeEveryMs === undefined ? {} : { probeEveryMs }) });
  for (let isLate = false; ;) {
    const container = await engine.inspectContainer(id);
    const verdict = container === undefined ? gone(name) : verdictOn(name, container, until);
    if (verdict.kind === "reached") return;
    if (verdict.kind === "impossible") throw await failure(service, { name, id }, verdict.reason, engine);
    if (isLate) throw await timedOut({ name, id }, operation, engine);
    if (container?.State.Status === "running" && until !== "completed") probes.begin(container);
    const change = await Promise.race([events.next(), probes.isWell]);
    if (change === "well") return;
    if (change.done !== true) continue;
    if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `waiting for ${name}: interrupted` });
    // Once more: it may have got there in the last moment.
    isLate = deadline?.aborted === true;
    if (isLate) continue;
    throw new TscomposeError({ code: "unavailable", message: `waiting for ${name}: the engine ended its events` });
  }
}

async function hasReached(name: string, id: string, until: AwaitedState, engine: Engine): Promise<boolean> {
  const container = await engine.inspectContainer(id);
  return container !== undefined && verdictOn(name, container, until).kind === "reached";
}

/** All but that a command begins in a container: each probe is one, and only its end can change anything. */
async function* changesOf(events: AsyncIterable<EngineEventBody>): AsyncGenerator<EngineEventBody> {
  for await (const event of events) if (!/^exec_(create|start)/.test(event.Action)) yield event;
}

/** What a look at a container says about reaching a state. */
export type Verdict =
  | { readonly kind: "reached" }
  | { readonly kind: "pending" }
  | { readonly kind: "impossible"; readonly reason: string };

function gone(name: string): Verdict {
  return { kind: "impossible", reason: `container ${name} is gone` };
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
  const [check] = Config.Healthcheck?.Test ?? [];
  // Podman 4 tells of an empty health where nobody probes.
  const isProbed = health !== undefined && health !== "none" && (health !== "" || check !== undefined);
  const hasCheck = isProbed && check !== "NONE";
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

/** The error that saves the next three commands. */
export async function failure(
  service: string,
  { name, id }: { readonly name: string; readonly id: string },
  reason: string,
  engine: Engine,
): Promise<TscomposeError> {
  const trouble = await lookIntoTrouble({ service, container: name, id, reason }, engine);
  const without = reason.endsWith("has no healthcheck");
  return new ContainerTroubleError(trouble, {
    code: "operation-failed",
    hint: without
      ? `give service ${service} a healthcheck, or wait for service_started`
      : `see more: tscompose logs ${service}`,
  });
}

async function timedOut(
  { name, id }: { readonly name: string; readonly id: string },
  { service, until, timeoutMs = 0 }: Await,
  engine: Engine,
): Promise<TscomposeError> {
  const reason = `container ${name} is not ${until.replaceAll("-", " ")} after ${timeoutMs / 1000}s`;
  const trouble = await lookIntoTrouble({ service, container: name, id, reason }, engine);
  return new ContainerTroubleError(trouble, { code: "timeout", hint: `see more: tscompose logs ${service}` });
}
