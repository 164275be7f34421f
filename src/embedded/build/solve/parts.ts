import type { Throwaways } from "../../containers/throwaway.ts";
import type { ImagesForBuilds } from "../../images/for-builds.ts";
import type { BuildRequest } from "../build.ts";
import type { BuildCache } from "../cache/build-cache.ts";
import type { CacheFolders } from "../cache/cache-folders.ts";
import type { Progress } from "./progress.ts";

/** What carrying steps out takes. */
export interface SolveParts {
  readonly images: ImagesForBuilds;
  readonly commands: Throwaways;
  readonly cache: BuildCache;
  readonly cacheFolders: CacheFolders;
  readonly request: BuildRequest;
  readonly progress: Progress;
  /** Patterns of the context's ignore file. */
  readonly ignored: readonly string[];
  /** What is taken of each context, by its name; all of it where there is none. */
  readonly contextPaths: ReadonlyMap<string, readonly string[]>;
  /** A folder for what must not outlive the build nor a reboot: secrets, sockets. */
  readonly scratchFolder: string;
  /** RFC 3339 with nanoseconds. */
  readonly now: () => string;
}
