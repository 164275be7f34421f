import type { Service } from "../../compose/project.ts";
import { rivalryWith } from "../claims.ts";
import type { Guard } from "../plan.ts";
import { wantedContainer, type Wanted } from "../wanted.ts";
import { writeHooks } from "./hooks.ts";
import type { Waits } from "./waits.ts";
import type { Writer } from "./writer.ts";

/** A service being started. */
export interface Launch {
  readonly writer: Writer;
  readonly waits: Waits;
  readonly service: Service;
  /** Its `pre_start` hooks, as steps to wait for. */
  readonly hooked: readonly number[];
}

/** One container to start. */
export interface Start {
  readonly name: string;
  readonly cause: string;
  readonly when: readonly Guard[];
}

/** What else a start comes after. */
export interface Moment {
  readonly after: readonly number[];
  readonly afterEnd: readonly number[];
  readonly isOwed?: boolean;
}

/** Copies files in, starts, runs the hooks; returns the last step, as a list to wait for. */
export function writeLaunch(launch: Launch, start: Start): readonly number[] {
  const { writer, waits, service, hooked } = launch;
  const prepared = writer.prepared.get(start.name) ?? [];
  const uploaded = writeUpload(writer, service, start, prepared);
  const gate = waits.gate(service);
  const after = [...prepared, ...hooked, ...uploaded, ...gate.after, ...rivalStops(writer, service, start.name)];
  return writeBegin(launch, start, { after, afterEnd: gate.afterEnd });
}

/** Starts a container that has all it needs, and runs its hooks; returns the last step, as a list to wait for. */
export function writeBegin(
  { writer, waits, service }: Launch,
  { name, cause, when }: Start,
  { after, afterEnd, isOwed = false }: Moment,
): readonly number[] {
  const step = writer.add({ kind: "start-container", container: name, service: service.name }, cause, {
    after: [...after, ...waits.portRange(service)],
    afterEnd,
    when,
    isOwed,
  });
  waits.usedPortRange(service, step);
  const hooks = service.postStart ?? [];
  const about = { moment: "post_start", hooks, service: service.name, container: name, isOwed } as const;
  const ran = writeHooks(writer.draft, { ...about, after: [step], when });
  return ran.length === 0 ? [step] : ran;
}

/** Copies configs and secrets into a container that exists; returns the step, as a list to wait for. */
export function writeUpload(
  writer: Writer,
  service: Service,
  { name, cause, when }: Start,
  after: readonly number[],
): readonly number[] {
  const { uploads: files } = writer.wanted.get(name) ?? wantedReplica(writer, service, name);
  if (files.length === 0) return [];
  return [writer.add({ kind: "upload-files", container: name, files }, cause, { after, when })];
}

/** Whoever holds a port, a volume or an address that this one takes over has to stop first. */
export function rivalStops(writer: Writer, service: Service, name: string): readonly number[] {
  const { body } = writer.wanted.get(name) ?? wantedReplica(writer, service, name);
  const isRival = rivalryWith(body);
  return [...writer.stopped.values()].filter(({ container }) => isRival(container)).map(({ step }) => step);
}

/** A container of the service as it should be, under its name. */
export function wantedReplica(writer: Writer, service: Service, name: string): Wanted {
  const number = Number(/(\d+)$/.exec(name)?.[1] ?? 1);
  return wantedContainer(writer.planning, writer.decided, { service, name, number });
}
