import type { Context } from "../context.ts";
import type { ContainerSummary } from "../docker-api/container.ts";
import { UsageError } from "../errors.ts";
import { label } from "../observe/labels.ts";

/** Which projects to list. */
export interface LsOptions {
  /** Also those of which nothing runs. */
  readonly all?: boolean;
  /** Names or patterns; a project that fits one of them is listed. */
  readonly names?: readonly string[];
}

/** A project that has containers on the engine. */
export interface ListedProject {
  readonly name: string;
  /** How many containers are in which state: `exited(1), running(2)`. */
  readonly status: string;
  readonly configFiles: readonly string[];
}

/** Lists the projects that an engine holds, by the labels of their containers. */
export async function ls(
  { all = false, names = [] }: LsOptions,
  { engine }: Context,
): Promise<readonly ListedProject[]> {
  const containers = await engine.listContainers({ all, filters: { label: [label.project, label.configHash] } });
  const patterns = names.map(toPattern);
  return [...Map.groupBy(containers, ({ Labels }) => Labels[label.project] ?? "")]
    .filter(([name]) => patterns.length === 0 || patterns.some((fits) => fits(name)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({ name, status: combinedStatus(own), configFiles: configFilesOf(own) }));
}

function combinedStatus(containers: readonly ContainerSummary[]): string {
  return [...Map.groupBy(containers, ({ State }) => State)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([state, { length }]) => `${state}(${length})`)
    .join(", ");
}

function configFilesOf(containers: readonly ContainerSummary[]): readonly string[] {
  const files = containers.flatMap(({ Labels }) => (Labels[label.configFiles] ?? "").split(","));
  return [...new Set(files)].filter((file) => file !== "");
}

function toPattern(text: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(text);
    return (name) => pattern.test(name);
  } catch (cause) {
    throw new UsageError(`name filter: expected a regular expression, got "${text}"`, String(cause));
  }
}
