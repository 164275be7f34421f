import type { Service } from "../../compose/project.ts";
import { isStarted, survivorName, type Decision, type Existing } from "../decision.ts";
import { isJob } from "../jobs.ts";
import type { Guard } from "../plan.ts";
import { endpointsOf } from "../spec/endpoints.ts";
import { type Launch, wantedReplica, writeLaunch } from "./launch.ts";
import { writePreStart } from "./pre-start.ts";
import { writeRollout } from "./rolling.ts";
import { Waits } from "./waits.ts";
import type { Writer } from "./writer.ts";

/** Starts what is to run, dependencies first, each as soon as what it waits for is ready. */
export function writeStart(writer: Writer): void {
  const { options } = writer.planning;
  const waits = new Waits(writer);
  for (const { service, replicas } of writer.decided.values()) {
    const hooked = preStart(writer, waits, service, replicas);
    const launch = { writer, waits, service, hooked };
    const rollout = writer.rollouts.get(service.name);
    const others = replicas.filter((each) => rollout?.replicas.every(({ existing }) => !isOf(each, existing)) ?? true);
    const started = others.flatMap((decision) => startReplica(launch, decision));
    const replaced = rollout === undefined ? [] : writeRollout(launch, rollout);
    waits.started.set(service.name, [...started, ...replaced]);
  }
  if (options.wait === true && options.start !== false) waits.writeFinal();
}

function isOf(decision: Decision, { container }: Existing): boolean {
  return "existing" in decision && decision.existing.container.id === container.id;
}

/** Hooks run once, before the first replica starts, and not at all beside one that runs. */
function preStart(writer: Writer, waits: Waits, service: Service, replicas: readonly Decision[]): readonly number[] {
  const { options } = writer.planning;
  const staying = replicas.filter(({ kind }) => kind !== "remove");
  const [first] = staying;
  const runs = options.start !== false && options.oneOff?.service !== service.name && staying.every(isStarted);
  if (service.preStart === undefined || first === undefined || !runs) return [];
  const replica = survivorName(first) ?? "";
  const prepared = writer.prepared.get(replica) ?? [];
  return writePreStart(writer, {
    service,
    replica,
    prepared,
    gate: waits.gate(service),
    when: startGuards(writer, first),
  });
}

/** What runs, or is done, is only started again if it was replaced; all else is started in any case. */
function startGuards({ planning }: Writer, decision: Decision): readonly Guard[] {
  if (decision.kind !== "recreate") return "when" in decision ? decision.when : [];
  const { state, exitCode, service } = decision.existing.container;
  const isDone = state === "exited" && exitCode === 0 && isJob(planning.project, service, planning.options);
  return state === "running" || isDone ? decision.when : [];
}

function startReplica(launch: Launch, decision: Decision): readonly number[] {
  const { writer, service } = launch;
  const mayStart = writer.planning.options.start !== false;
  switch (decision.kind) {
    case "keep":
      if (decision.existing.update === undefined) tellUnchanged(writer, decision.existing.container);
      return writer.prepared.get(decision.existing.name) ?? [];
    case "remove":
      return [];
    case "unpause": {
      const { name } = decision.existing;
      const after = writer.prepared.get(name) ?? [];
      const operation = { kind: "unpause-container", container: name, service: service.name } as const;
      return [writer.add(operation, decision.cause, { after })];
    }
    case "restart":
      return rejoinAndStart(launch, decision);
    case "start": {
      const { cause, existing } = decision;
      return mayStart ? writeLaunch(launch, { name: existing.name, cause, when: startGuards(writer, decision) }) : [];
    }
    case "create":
      return mayStart ? writeLaunch(launch, { name: decision.name, cause: "created", when: [] }) : [];
    case "recreate":
      return mayStart
        ? writeLaunch(launch, { name: decision.name, cause: "recreated", when: startGuards(writer, decision) })
        : [];
  }
}

/** A container that stays joins its new networks with all it had in the old ones: aliases, addresses, options. */
function rejoinAndStart(launch: Launch, decision: Extract<Decision, { kind: "restart" }>): readonly number[] {
  const { writer, service } = launch;
  const { cause, existing, networks, when } = decision;
  const { name, container } = existing;
  const joined = networks.length === 0 ? [] : rejoin(writer, service, { name, networks, cause });
  const prepared = [...(writer.prepared.get(name) ?? []), ...joined];
  writer.prepared.set(name, prepared);
  const stays = writer.planning.options.start === false && !writer.stopped.has(container.id);
  return stays ? joined : writeLaunch(launch, { name, cause, when });
}

interface Rejoin {
  readonly name: string;
  readonly networks: readonly string[];
  readonly cause: string;
}

function rejoin(writer: Writer, service: Service, { name, networks, cause }: Rejoin): readonly number[] {
  const { project, snapshot, report } = writer.planning;
  const links = wantedReplica(writer, service, name).body.HostConfig?.Links ?? [];
  const { apiVersion } = snapshot;
  const endpoints = endpointsOf({ project, service, containerName: name, links, apiVersion }, report);
  return networks.flatMap((key) => {
    const endpoint = endpoints.find(({ network }) => network === project.networks[key]?.name);
    if (endpoint === undefined) return [];
    const { network, settings } = endpoint;
    const after = [writer.networks.get(key) ?? []].flat();
    return [writer.add({ kind: "connect-network", network, container: name, endpoint: settings }, cause, { after })];
  });
}

function tellUnchanged(writer: Writer, { name, state }: { readonly name: string; readonly state: string }): void {
  const words: Readonly<Record<string, string>> = { running: "Running", exited: "Exited", restarting: "Restarting" };
  const text = words[state];
  if (text !== undefined) writer.draft.unchanged({ resource: "container", name, text });
}
