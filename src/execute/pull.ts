import type { ProgressLine } from "../docker-api/image.ts";
import { TscomposeError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";
import { platformOf } from "./late-values.ts";
import type { Tools } from "./perform.ts";

/** Pulls an image and tells how many bytes of how many have come; an optional one may fail, a build follows. */
export async function pullImage(
  operation: Extract<Operation, { kind: "pull-image" }>,
  { engine, signal, progress, warn }: Tools,
): Promise<string | undefined> {
  const { image, optional = false } = operation;
  const layers = new Layers("Downloading");
  try {
    for await (const line of engine.pullImage(image, { ...platformOf(operation), signal })) {
      const amount = layers.add(line);
      if (amount !== undefined) progress("Pulling", amount);
    }
  } catch (error) {
    if (!(error instanceof TscomposeError)) throw error;
    if (!optional || error.code === "unavailable") throw notPulled(error, operation);
    warn(`${error.message}; it is built instead`);
    return "Not pulled";
  }
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `pulling ${image}: interrupted` });
  return undefined;
}

function notPulled(cause: TscomposeError, { service }: { readonly service?: string }): TscomposeError {
  const place = service === undefined ? "" : `services.${service}.image: `;
  const hint = cause.hint ?? "check the name, and that its registry can be reached from the engine";
  return new TscomposeError({ code: cause.code, message: `${place}${cause.message}`, hint, cause });
}

/** Pushes an image and tells how many bytes of how many have gone. */
export async function pushImage(
  { image }: Extract<Operation, { kind: "push-image" }>,
  { engine, signal, progress }: Tools,
): Promise<undefined> {
  const layers = new Layers("Pushing");
  for await (const line of engine.pushImage(image, { signal })) {
    const amount = layers.add(line);
    if (amount !== undefined) progress("Pushing", amount);
  }
  if (signal.aborted) throw new TscomposeError({ code: "interrupted", message: `pushing ${image}: interrupted` });
}

/** Sums up the layers of a pull or push: the engine tells each on its own. */
class Layers {
  readonly #moving: "Downloading" | "Pushing";
  readonly #byId: Map<string, { current: number; total: number }> = new Map();

  constructor(moving: "Downloading" | "Pushing") {
    this.#moving = moving;
  }

  add({ id, status = "", progressDetail }: ProgressLine): { current: number; total: number } | undefined {
    if (id === undefined) return undefined;
    const known = this.#byId.get(id);
    if (/^(Pull complete|Pushed|Already exists)/.test(status) && known !== undefined) known.current = known.total;
    if (status !== this.#moving || progressDetail?.total === undefined) return undefined;
    this.#byId.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    const layers = [...this.#byId.values()];
    return {
      current: layers.reduce((sum, { current }) => sum + current, 0),
      total: layers.reduce((sum, { total }) => sum + total, 0),
    };
  }
}
