import type { Context } from "../context.ts";
import { toContainer } from "../observe/observed.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** What runs in one container: a table whose columns the engine chooses. */
export interface ContainerProcesses {
  readonly container: string;
  readonly service: string;
  readonly number?: number;
  readonly titles: readonly string[];
  readonly processes: readonly (readonly string[])[];
}

/** Lists the processes of the containers that run, by container. */
export async function top(
  subject: Subject,
  { services = [] }: { readonly services?: readonly string[] },
  { engine }: Context,
): Promise<readonly ContainerProcesses[]> {
  const containers = (await findContainers(engine, subject, services)).map(toContainer);
  const running = containers.filter(({ state }) => state === "running" || state === "paused");
  return Promise.all(
    running.map(async ({ id, name, service, number }) => {
      const { Titles, Processes } = await engine.listProcesses(id);
      const about = { container: name, service, ...(number === undefined ? {} : { number }) };
      return { ...about, titles: Titles, processes: Processes ?? [] };
    }),
  );
}
