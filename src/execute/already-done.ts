import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * The last call of a command that was killed may reach the engine after the next command has looked, and before that
 * asks for the very same. What a refused call was to do is done then: `found` looks for it, and its answer counts.
 *
 * @throws The refusal where nothing of the kind is found.
 */
export async function unlessDone<T>(call: Promise<T>, found: () => Promise<T | undefined>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof EngineError) || error.status === undefined) throw error;
    const already = await found().catch(() => undefined);
    if (already === undefined) throw error;
    return already;
  }
}

/** A network that was made by the very same call. */
export async function networkLike(
  engine: Engine,
  { body }: Extract<Operation, { kind: "create-network" }>,
): Promise<{ readonly id: string; readonly warnings: readonly string[] } | undefined> {
  const network = await engine.inspectNetwork(body.Name);
  return network !== undefined && hasAll(network.Labels, body.Labels) ? { id: network.Id, warnings: [] } : undefined;
}

/** A container that was made by the very same call, and has not been started since. */
export async function containerLike(
  engine: Engine,
  name: string,
  labels: Labels | undefined,
): Promise<{ readonly id: string; readonly warnings: readonly string[] } | undefined> {
  const container = await engine.inspectContainer(name);
  if (container?.State.Status !== "created" || !hasAll(container.Config.Labels, labels)) return undefined;
  return { id: container.Id, warnings: [] };
}

/** Whether a container has an endpoint in a network. */
export async function isConnected(engine: Engine, network: string, container: string): Promise<true | undefined> {
  const networks = (await engine.inspectContainer(container))?.NetworkSettings.Networks ?? {};
  return network in networks || undefined;
}

/** Whether a name is that of this container. */
export async function isNamed(engine: Engine, container: string, name: string): Promise<true | undefined> {
  const [one, other] = await Promise.all([engine.inspectContainer(container), engine.inspectContainer(name)]);
  return (one !== undefined && one.Id === other?.Id) || undefined;
}

/** Labels tell whose a thing is, and of which configuration: without any, nobody knows. */
function hasAll(labels: Labels | null | undefined, wished: Labels = {}): boolean {
  const entries = Object.entries(wished);
  return entries.length > 0 && entries.every(([label, value]) => labels?.[label] === value);
}
