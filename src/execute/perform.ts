import type { Engine } from "../engine/engine.ts";
import type { Programs } from "../context.ts";
import type { ContainerCreateBody } from "../docker-api/container.ts";
import { TscomposeError } from "../errors.ts";
import type { BuildStepInfo, BuildStepState } from "../events.ts";
import type { Operation } from "../plan/operation.ts";
import { bodyWith, type Variables } from "../plan/provided.ts";
import { containerLike, isConnected, isNamed, networkLike, unlessDone } from "./already-done.ts";
import { buildImage } from "./build.ts";
import type { ContainerIds } from "./container-ids.ts";
import { runHook } from "./hook.ts";
import { fillIn, platformOf } from "./late-values.ts";
import type { LazySessions } from "./lazy-sessions.ts";
import { runModelProgram, runProvider } from "./provider.ts";
import { pullImage, pushImage } from "./pull.ts";
import { uploadFiles } from "./upload.ts";
import { letTimePass, monitorContainers } from "./monitor.ts";
import { awaitContainers } from "./wait.ts";

/** What performing an operation needs. */
export interface Tools {
  readonly engine: Engine;
  readonly ids: ContainerIds;
  /** Of this machine; absent: none is to be run. */
  readonly programs?: Programs;
  /** What providers have told so far, by service. */
  readonly variables: Map<string, Variables>;
  readonly signal: AbortSignal;
  /** Tells how far a long operation has come. */
  readonly progress: (text: string, amount?: { readonly current: number; readonly total: number }) => void;
  /** Tells that a step is over for one of the containers it is about. */
  readonly settled: (container: string) => void;
  readonly warn: (message: string) => void;
  /** Tells what only those hear who want to know more. */
  readonly debug: (message: string) => void;
  /** Tells of a step of a builder. */
  readonly buildStep: (info: BuildStepInfo, state: BuildStepState) => void;
  readonly builds: LazySessions;
}

/** Carries out one operation; the answer, if any, is told instead of the usual word. No decision is made here. */
export async function perform(operation: Operation, tools: Tools): Promise<string | undefined> {
  const { engine, ids, warn } = tools;
  switch (operation.kind) {
    case "pull-image":
      return pullImage(operation, tools);
    case "build-image":
      if (operation.builder === "classic") return buildImage(operation, tools);
      return (await import("./builds/buildkit.ts")).buildWithBuildKit(operation, tools);
    case "push-image":
      return pushImage(operation, tools);
    case "remove-image":
      return sparing(operation, engine.removeImage(operation.image));
    case "create-network": {
      const made = engine.createNetwork(operation.body);
      const { warnings } = await unlessDone(made, () => networkLike(engine, operation));
      for (const warning of warnings) warn(`${operation.name}: ${warning}`);
      return undefined;
    }
    case "remove-network":
      return sparing(operation, engine.removeNetwork(operation.id));
    case "connect-network": {
      const { network, endpoint } = operation;
      const container = ids.resolve(operation.container);
      await unlessDone<unknown>(engine.connectNetwork(network, container, endpoint), () =>
        isConnected(engine, network, container),
      );
      return undefined;
    }
    case "disconnect-network":
      await unlessGone(engine.disconnectNetwork(operation.network, ids.resolve(operation.container), { force: true }));
      return undefined;
    case "create-volume":
      await engine.createVolume(operation.body);
      return undefined;
    case "remove-volume":
      return sparing(operation, engine.removeVolume(operation.name));
    case "create-container": {
      const body = await finishedBody(operation, tools);
      const { id, warnings } = await unlessDone(
        engine.createContainer({ name: operation.name, body, ...platformOf(operation) }),
        () => containerLike(engine, operation.name, body.Labels),
      );
      ids.remember(operation.finalName, id);
      for (const warning of warnings) warn(`${operation.finalName}: ${warning}`);
      return undefined;
    }
    case "upload-files":
      return uploadFiles(operation, tools);
    case "start-container":
      await engine.startContainer(operation.id ?? ids.resolve(operation.container));
      return undefined;
    case "unpause-container":
      await engine.unpauseContainer(ids.resolve(operation.container));
      return undefined;
    case "pause-container":
      await engine.pauseContainer(ids.resolve(operation.container));
      return undefined;
    case "restart-container": {
      const { container, graceMs } = operation;
      await engine.restartContainer(ids.resolve(container), graceMs === undefined ? {} : { graceMs });
      return undefined;
    }
    case "kill-container":
      await engine.killContainer(ids.resolve(operation.container), { signal: operation.signal });
      return undefined;
    case "stop-container":
      await unlessGone(
        engine.stopContainer(
          ids.resolve(operation.id),
          operation.graceMs === undefined ? {} : { graceMs: operation.graceMs },
        ),
      );
      return undefined;
    case "remove-container":
      await removeContainer(operation, tools);
      return undefined;
    case "update-container":
      for (const warning of await engine.updateContainer(operation.id, operation.body)) {
        warn(`${operation.name}: ${warning}`);
      }
      return undefined;
    case "rename-container": {
      const container = ids.resolve(operation.container);
      await unlessDone<unknown>(engine.renameContainer(container, operation.name), () =>
        isNamed(engine, container, operation.name),
      );
      return undefined;
    }
    case "run-hook":
      return runHook(operation, tools);
    case "await-containers":
      return awaitContainers(operation, tools);
    case "monitor-containers":
      return monitorContainers(operation, tools);
    case "run-provider":
      tools.variables.set(operation.service, await runProvider(operation, tools));
      return undefined;
    case "run-model":
      return runModelProgram(operation, tools);
    case "delay":
      return letTimePass(operation, tools);
  }
}

/** The body with what only earlier steps have made known. */
async function finishedBody(
  { body, late, provided = [] }: Extract<Operation, { kind: "create-container" }>,
  { engine, ids, variables }: Tools,
): Promise<ContainerCreateBody> {
  const told = provided.map((provider) => [provider, variables.get(provider) ?? {}] as const);
  return fillIn(bodyWith(body, told), late, { engine, ids, told });
}

/** What is gone needs no stopping or removing; an image or a network that is being removed is as good as gone. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    const isGone = error instanceof TscomposeError && error.code === "not-found";
    if (!isGone && !isBeingRemoved(error)) throw error;
  }
}

/** A container that is being removed already still has its name, its volumes and its networks: its end is awaited. */
async function removeContainer(
  { id: asked, force, withVolumes }: Extract<Operation, { kind: "remove-container" }>,
  { engine, ids, signal }: Tools,
): Promise<void> {
  const id = ids.resolve(asked);
  const removal = engine.removeContainer(id, { force, withVolumes }).catch((error: unknown) => {
    if (!isBeingRemoved(error)) throw error;
    return engine.waitContainer(id, { until: "removed", signal });
  });
  await unlessGone(removal);
}

function isBeingRemoved(error: unknown): boolean {
  return error instanceof TscomposeError && /already in progress/.test(error.message);
}

/** Removes a thing; one that others still use is spared where the plan allows it. */
async function sparing(
  { optional = false }: { readonly optional?: boolean },
  call: Promise<void>,
): Promise<string | undefined> {
  try {
    await unlessGone(call);
    return undefined;
  } catch (error) {
    const isInUse =
      error instanceof TscomposeError && (error.code === "conflict" || /in use|active endpoints/.test(error.message));
    if (optional && isInUse) return "Resource is still in use";
    throw error;
  }
}
