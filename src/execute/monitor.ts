import { setTimeout } from "node:timers/promises";
import { TscomposeError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";
import type { Tools } from "./perform.ts";
import { failure, verdictOn } from "./wait.ts";

type Monitor = Extract<Operation, { kind: "monitor-containers" }>;

/** Watches over containers for a while: one that ends, restarts or becomes unhealthy in that time fails. */
export async function monitorContainers(operation: Monitor, tools: Tools): Promise<undefined> {
  await Promise.all(
    operation.containers.map(async (name, index) => {
      await monitorContainer({ name, id: operation.ids?.[index] ?? tools.ids.resolve(name) }, operation, tools);
      tools.settled(name);
    }),
  );
}

async function monitorContainer(
  { name, id }: { readonly name: string; readonly id: string },
  { service, forMs }: Monitor,
  tools: Tools,
): Promise<void> {
  const { engine, signal } = tools;
  const over = AbortSignal.timeout(forMs);
  const filters = { type: ["container"], container: [id] };
  await using changes = await engine.events({ filters, signal: AbortSignal.any([signal, over]) });
  const events = changes[Symbol.asyncIterator]();
  for (let hasDied = false, startedAt: string | undefined; ;) {
    const isOver = over.aborted;
    const container = await engine.inspectContainer(id);
    const verdict = container === undefined ? undefined : verdictOn(name, container, "running-or-healthy");
    if (verdict?.kind === "impossible") throw await failure(service, { name, id }, verdict.reason, engine);
    startedAt ??= container?.State.StartedAt;
    // The engine may have started it again by now: it did not last all the same.
    if (verdict === undefined || hasDied || container?.State.StartedAt !== startedAt)
      throw await failure(service, { name, id }, `container ${name} did not last`, engine);
    if (isOver) return;
    const { done, value } = await events.next();
    if (done !== true) hasDied ||= value.Action === "die";
    else if (signal.aborted) throw interrupted(`watching over ${name}`);
    else if (!over.aborted)
      throw new TscomposeError({ code: "unavailable", message: `watching over ${name}: the engine ended its events` });
    // Else the time is over, and one last look tells what no event came for any more.
  }
}

/** Waits for no event but the end of a span of time. */
export async function letTimePass(
  { service, forMs }: Extract<Operation, { kind: "delay" }>,
  { signal }: Tools,
): Promise<undefined> {
  try {
    await setTimeout(forMs, undefined, { signal });
  } catch (error) {
    if (signal.aborted) throw interrupted(`waiting between replicas of ${service}`);
    throw error;
  }
}

function interrupted(doing: string): TscomposeError {
  return new TscomposeError({ code: "interrupted", message: `${doing}: interrupted` });
}
