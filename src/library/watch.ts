import { load } from "../actions/load-project.ts";
import type { UpOptions } from "../actions/up.ts";
import { watch as watchProject, type WatchProjectOptions } from "../actions/watch.ts";
import type { LoadContext, Loaded, LoadRequest } from "../compose/load.ts";
import type { Context } from "../context.ts";

/** What can be asked of `watch`. */
export interface WatchOptions extends Pick<WatchProjectOptions, "services" | "noUp" | "verifies"> {
  /** How containers are brought up; absent: as `up` does, with images built anew. */
  readonly up?: UpOptions;
  /** Called when all is being watched, and after each edit of the compose files that was applied. */
  readonly onWatching?: (paths: readonly string[]) => void;
  /** An edit of the compose files is wrong, or could not be applied: the project stays as it is. */
  readonly onRefused?: (error: unknown) => void;
}

/**
 * Keeps containers in step with files until the signal fires; what happens is told through `emit`. It reads the compose
 * files itself, for it does so again when they change. Throws when there is nothing to watch.
 */
export async function watch(
  request: LoadRequest,
  options: WatchOptions,
  context: Context & LoadContext,
): Promise<void> {
  const { up, onWatching = () => {}, onRefused = remarkOn(context), ...wishes } = options;
  const reload = (): Promise<Loaded> => load({ ...request, services: options.services ?? [] }, context);
  const loaded = await reload();
  const how = { environment: loaded.environment, build: "always" as const, ...up };
  await watchProject(
    loaded,
    { ...wishes, up: how, directory: context.workingDirectory, reload },
    { ...context, watching: onWatching, refused: onRefused },
  );
}

function remarkOn({ emit }: Context): (error: unknown) => void {
  return (error) => {
    emit({ kind: "remark", level: "warning", message: Error.isError(error) ? error.message : String(error) });
  };
}
