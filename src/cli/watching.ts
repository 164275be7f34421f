import { watch, type WatchContext, type WatchProjectOptions } from "../actions/watch.ts";
import type { Loaded } from "../compose/load.ts";
import type { Context } from "../context.ts";
import { preferSmallMemory } from "../system/memory.ts";
import type { Session } from "./session.ts";
import { showError } from "./view/problem.ts";

/** What a command has to say about watching; the rest is the session's. */
export type WatchWishes = Pick<WatchProjectOptions, "up" | "noUp" | "verifies" | "keepsImages" | "services">;

/** Watches a project before the user's eyes until the signal fires. Throws when there is nothing to watch. */
export async function watchHere(
  session: Session,
  loaded: Loaded,
  { services = [], ...wishes }: WatchWishes,
  context: Context,
): Promise<void> {
  const here: WatchContext = {
    ...context,
    watching: (paths) => context.emit({ kind: "remark", level: "info", message: `⦿ watching ${paths.join(", ")}` }),
    refused: (error) => showError(error, session),
  };
  preferSmallMemory();
  const reload = (): Promise<Loaded> => session.load({ services });
  await watch(loaded, { ...wishes, services, directory: session.io.workingDirectory, reload }, here);
}
