import type { Emit } from "../events.ts";
import { type FileEvents, type Unreliability, watchFiles } from "./file-events.ts";
import { isIn } from "./fingerprint.ts";
import type { WatchedRule } from "./rules.ts";
import { ServiceWatcher } from "./service-watcher.ts";
import type { Workshop } from "./workshop.ts";

/** What watching needs. */
export interface WatchOptions {
  readonly rules: readonly WatchedRule[];
  /** Further files whose changes are told, and nothing more: the compose files. */
  readonly files: readonly string[];
  readonly fileChanged: (path: string) => void;
  readonly workshop: Workshop;
  readonly emit: Emit;
  /** Compare what containers hold after each quiet second, and repair it. */
  readonly verifies: boolean;
}

/** Files that are watched, and containers that follow them; disposing it finishes what is being applied. */
export interface Watch extends AsyncDisposable {
  /** A container of a service has come up. */
  containerStarted(service: string): void;
}

/** After so much quiet, folders that appeared are looked into once more: one can fill before anybody watches it. */
const quietMs = 200;
/** After so much, everything is: the kernel drops what it cannot tell in time, inotify(7), and Node does not say so. */
const lookAgainMs = 700;
const verifyAfterMs = 1000;
/** How often to look when changes are not told. */
const pollMs = 1000;

/** Watches files until it is disposed of; resolves when all of them are watched. */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const watchers = new Map<string, ServiceWatcher>();
  const timers = new Timers();
  const told = new Set<string>();
  const lookAgain = (): void => {
    for (const watcher of watchers.values()) watcher.noticeAll();
  };
  for (const [service, rules] of Map.groupBy(options.rules, (rule) => rule.service)) {
    const watcher: ServiceWatcher = new ServiceWatcher({
      ...options,
      service,
      rules,
      opened: (folder) => files.watchAgain(folder),
    });
    watchers.set(service, watcher);
  }
  const quiet = (): void => {
    timers.once("quiet", quietMs, () => {
      for (const watcher of watchers.values()) watcher.noticeNew();
    });
    timers.once("all", lookAgainMs, lookAgain);
    if (!options.verifies) return;
    timers.once("verify", verifyAfterMs, () => {
      for (const watcher of watchers.values()) watcher.verify();
    });
  };
  const files: FileEvents = watchFiles(pathsOf(options), (path) => isLeftOut(path, options), {
    changed(path) {
      if (options.files.includes(path)) options.fileChanged(path);
      // A file that is made is told of three times and more.
      if (watchers.size > 0 && [...watchers.values()].every((watcher) => watcher.awaits(path))) return;
      // Of a file that is watched, its folder tells, and so what happens to the others in there.
      if (!options.rules.some(({ root }) => isIn(root, path)) || isLeftOut(path, options)) return;
      for (const watcher of watchers.values()) watcher.notice(path);
      quiet();
    },
    unreliable(why) {
      const message = polling(why);
      // Each folder that cannot be watched is a reason of its own, and mostly the same.
      if (!told.has(message)) options.emit({ kind: "remark", level: "warning", message });
      told.add(message);
      timers.repeat("poll", pollMs, lookAgain);
    },
  });
  await files.ready;
  lookAgain();
  if (options.verifies) quiet();
  return {
    containerStarted: (service) => watchers.get(service)?.noticeAll(),
    async [Symbol.asyncDispose]() {
      timers.stop();
      await files[Symbol.asyncDispose]();
      await Promise.all([...watchers.values()].map((watcher) => watcher.stop()));
    },
  };
}

function pathsOf({ rules, files }: WatchOptions): readonly string[] {
  return [...new Set([...rules.map(({ root }) => root), ...files])];
}

/** A folder is left out when every rule that it is below of skips it. */
function isLeftOut(path: string, { rules, files }: WatchOptions): boolean {
  if (files.includes(path)) return false;
  const roots = rules.filter(({ root }) => isIn(root, path));
  return roots.length > 0 && roots.every((rule) => path !== rule.root && rule.skips(path.slice(rule.root.length + 1)));
}

function polling({ message, hint }: Unreliability): string {
  return `${message}; looking at all files every ${pollMs / 1000} s instead${hint === undefined ? "" : `; ${hint}`}`;
}

/** Timers by name, each for one work and one delay: setting one again starts it anew, which each of many events does. */
class Timers {
  readonly #running = new Map<string, NodeJS.Timeout>();

  once(name: string, afterMs: number, work: () => void): void {
    const running = this.#running.get(name);
    if (running === undefined) this.#running.set(name, setTimeout(work, afterMs));
    else running.refresh();
  }

  repeat(name: string, everyMs: number, work: () => void): void {
    if (!this.#running.has(name)) this.#running.set(name, setInterval(work, everyMs));
  }

  stop(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
