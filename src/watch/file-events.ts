import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import { FSWatcher } from "chokidar";

/** Where changes on this machine are told from. */
export interface FileEvents extends AsyncDisposable {
  /** Resolves when every path is being watched. */
  readonly ready: Promise<void>;
  /** Watches a folder that could not be watched when it was found. */
  watchAgain(folder: string): void;
}

/** What a subscriber is told. */
export interface FileEventListener {
  /** Something may have changed at this absolute path, or below it. */
  readonly changed: (path: string) => void;
  /** Changes may go untold from now on: whoever wants to know must look. */
  readonly unreliable: (why: Unreliability) => void;
}

/** Why not everything is told. */
export interface Unreliability {
  readonly message: string;
  readonly hint?: string;
}

/**
 * Watches files and folders, absolute; `ignores` is asked about every path below them. Folders tell what happens to the
 * files in them: of a file below, nothing is kept, however many there are.
 */
export function watchFiles(
  paths: readonly string[],
  ignores: (path: string) => boolean,
  { changed, unreliable }: FileEventListener,
): FileEvents {
  const given = new Set(paths);
  const folders = new Set<string>();
  // Saves through a temporary file are seen as what they are; the first event goes out at once.
  const watcher = new FSWatcher({
    ignoreInitial: true,
    followSymlinks: false,
    atomic: false,
    ignorePermissionErrors: true,
    ignored: (path, stats) => {
      // Whoever is taken for a folder and is none any more is looked at; only that much is lost.
      if (given.has(path) || (stats === undefined && folders.has(path))) return false;
      const kind = kindOf(path, stats);
      if (kind === "other" || ignores(path)) return true;
      if (kind === "folder") folders.add(path);
      return false;
    },
  });
  // What the system tells, before anybody has looked at what it means.
  watcher.on("raw", (_event, name, about) => {
    const { watchedPath } = about as { readonly watchedPath: string };
    const path = name === null ? watchedPath : join(watchedPath, name);
    // A file that was named is for reading: not before somebody has seen that it is whole.
    if (!given.has(path)) changed(path);
  });
  watcher.on("all", (_event, path) => changed(path));
  watcher.on("unlinkDir", (path) => folders.delete(path));
  watcher.on("error", (error) => unreliable(explain(error as NodeJS.ErrnoException)));
  const ready = new Promise<void>((resolve) => watcher.once("ready", resolve));
  watcher.add([...paths]);
  return {
    ready,
    watchAgain(folder) {
      watcher.unwatch(folder);
      watcher.add(folder);
    },
    [Symbol.asyncDispose]: () => watcher.close(),
  };
}

/**
 * The watcher asks about every path that an event names before it looks at it, in another thread. Of a file, which is
 * what most events are of, that is answered here and now, for a twentieth of the cost.
 */
function kindOf(path: string, known: Stats | undefined): "folder" | "other" | "unknown" {
  try {
    const stats = known ?? lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return "unknown";
    return stats.isDirectory() ? "folder" : "other";
  } catch {
    return "unknown"; // The watcher finds the same, and tells it.
  }
}

function explain(error: NodeJS.ErrnoException): Unreliability {
  if (error.code === "ENOSPC") {
    return {
      message: "this machine's limit of watched folders is reached (fs.inotify.max_user_watches)",
      hint: "raise it with: sysctl fs.inotify.max_user_watches=524288, or let the rules ignore more",
    };
  }
  if (error.code === "EMFILE") {
    return {
      message: "this machine's limit of watchers is reached (fs.inotify.max_user_instances)",
      hint: "raise it with: sysctl fs.inotify.max_user_instances=1024",
    };
  }
  return { message: `files cannot be watched: ${error.message}` };
}
