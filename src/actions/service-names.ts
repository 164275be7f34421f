import type { Context } from "../context.ts";
import { toContainer } from "../observe/observed.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** Names of the services that have containers. */
export async function serviceNames(subject: Subject, { engine }: Pick<Context, "engine">): Promise<readonly string[]> {
  const names = (await findContainers(engine, subject)).map((row) => toContainer(row).service);
  return [...new Set(names)].toSorted();
}
