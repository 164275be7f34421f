import type { Context } from "../context.ts";
import type { EngineEventBody } from "../docker-api/event.ts";
import { label } from "../observe/labels.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Which events to hand on. */
export interface EventsOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  readonly since?: string;
  readonly until?: string;
}

/** Something that happened to a container of the project. */
export interface ContainerEvent {
  /** Microseconds since 1970: as exact as a number can be. */
  readonly atMicroseconds: number;
  readonly service: string;
  readonly container: string;
  /** The engine's word: `start`, `die`, `exec_create: sh`. */
  readonly action: string;
  /** What the engine tells beside, without Compose's own labels, by key. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Hands on what happens to a project's containers as it happens, one-offs left out, until `until` or the signal. */
export async function events(
  subject: Subject,
  { services = [], since, until }: EventsOptions,
  { engine, signal, write }: Context & { readonly write: (event: ContainerEvent) => void | Promise<void> },
): Promise<void> {
  if (services.length > 0) await findContainers(engine, subject, services); // a mistyped name would wait for ever
  await using stream = await engine.events({
    filters: { type: ["container"], label: [`${label.project}=${subject.name.toLowerCase()}`] },
    signal,
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  });
  for await (const event of stream) {
    const { Attributes } = event.Actor;
    const isMeant = services.length === 0 || services.includes(Attributes[label.service] ?? "");
    if (isMeant && Attributes[label.oneOff] !== "True") await write(toContainerEvent(event));
  }
}

function toContainerEvent({ Action, Actor: { ID, Attributes }, time, timeNano }: EngineEventBody): ContainerEvent {
  const own = Object.entries(Attributes).filter(([key]) => !key.startsWith("com.docker.compose."));
  return {
    atMicroseconds: timeNano > 0 ? Math.floor(timeNano / 1000) : time * 1_000_000,
    service: Attributes[label.service] ?? "",
    container: ID,
    action: Action,
    attributes: Object.fromEntries(own.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}
