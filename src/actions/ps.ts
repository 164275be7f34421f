import type { ContainerSummary } from "../docker-api/container.ts";
import type { Context } from "../context.ts";
import { label } from "../observe/labels.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { isUp } from "../plan/known-state.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Which containers to list. */
export interface PsOptions {
  /** Empty: all. */
  readonly services?: readonly string[];
  /** Stopped ones and one-offs too. */
  readonly all?: boolean;
  /** Only these states; looks at stopped containers and one-offs too. */
  readonly states?: readonly string[];
  /** False: only services that the files declare. */
  readonly orphans?: boolean;
}

/** A container of the project, with everything that a list of them can tell. */
export interface ListedContainer extends ObservedContainer {
  readonly project: string;
  /** Name of the engine that runs it, where its label tells. */
  readonly engine?: string;
  readonly names: readonly string[];
  readonly command: string;
  /** Published and exposed ports, by target. */
  readonly publishers: readonly Publisher[];
  /** How many of its volumes live on the engine's own disk. */
  readonly localVolumes: number;
  readonly sizeBytes: number;
  readonly rootSizeBytes: number;
}

/** A port of a container; `publishedPort` is 0 when it is only exposed. */
export interface Publisher {
  readonly url: string;
  readonly targetPort: number;
  readonly publishedPort: number;
  readonly protocol: string;
}

/** Lists the containers of a project with one call to the engine (and one more for each dead container). */
export async function ps(
  subject: Subject,
  options: PsOptions,
  { engine }: Context,
): Promise<readonly ListedContainer[]> {
  const { services = [], all = false, states = [], orphans = true } = options;
  const declared = subject.project === undefined || orphans ? undefined : Object.keys(subject.project.services);
  const rows = await findContainers(engine, subject, services);
  const listed = rows
    .map(toListed)
    .filter((container) => all || states.length > 0 || (isUp(container) && !container.isOneOff))
    .filter(({ state }) => states.length === 0 || states.includes(state))
    .filter(({ service }) => services.length > 0 || declared === undefined || declared.includes(service));
  return Promise.all(listed.map((container) => withExitCode(container, engine)));
}

function toListed(row: ContainerSummary): ListedContainer {
  const engine = row.Labels[label.engine] ?? "";
  return {
    ...toContainer(row),
    ...(engine === "" ? {} : { engine }),
    project: row.Labels[label.project] ?? "",
    names: row.Names.map((name) => name.replace(/^\//, "")),
    command: row.Command,
    publishers: row.Ports.map(toPublisher).sort(byTarget),
    localVolumes: (row.Mounts ?? []).filter(({ Driver }) => Driver === "local").length,
    sizeBytes: row.SizeRw ?? 0,
    rootSizeBytes: row.SizeRootFs ?? 0,
  };
}

function toPublisher({ IP, PrivatePort, PublicPort, Type }: ContainerSummary["Ports"][number]): Publisher {
  return { url: IP ?? "", targetPort: PrivatePort, publishedPort: PublicPort ?? 0, protocol: Type };
}

function byTarget(a: Publisher, b: Publisher): number {
  const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return (
    a.targetPort - b.targetPort ||
    byText(a.protocol, b.protocol) ||
    byText(a.url, b.url) ||
    a.publishedPort - b.publishedPort
  );
}

/** A list says `Exited (3)`, but of a dead container only `Dead`. */
async function withExitCode(container: ListedContainer, engine: Context["engine"]): Promise<ListedContainer> {
  if (container.state !== "dead") return container;
  const exitCode = (await engine.inspectContainer(container.id))?.State.ExitCode;
  return exitCode === undefined ? container : { ...container, exitCode };
}
