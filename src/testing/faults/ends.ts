import type { ContainerInspect } from "../../docker-api/container.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import type { Running } from "../running.ts";

/** The way from one service to another. */
export interface Ends {
  readonly from: string;
  readonly to: string;
}

/** The containers of a service that run. Throws when there are none. */
export async function inspectService(running: Running, service: string): Promise<readonly ContainerInspect[]> {
  const own = running.containers.filter((each) => each.service === service);
  const found = await Promise.all(own.map(({ id }) => running.context.engine.inspectContainer(id)));
  const there = found.filter((container) => container !== undefined);
  if (there.length === 0) throw new UsageError(`service "${service}" does not run`);
  return there;
}

/** What cannot be done, and why. */
export function beyond({ from, to }: Ends, obstacle: string): TscomposeError {
  return new TscomposeError({
    code: "unsupported",
    message: `link from "${from}" to "${to}": ${obstacle}`,
    hint: "run the test as root on the machine of the engine, or on the embedded engine",
  });
}
