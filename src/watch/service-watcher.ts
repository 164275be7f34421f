import { basename, join, posix, relative, sep } from "node:path";
import { setTimeout as pass } from "node:timers/promises";
import type { WatchRule } from "../compose/project.ts";
import { TscomposeError } from "../errors.ts";
import type { Emit, WatchAction, WatchEvent } from "../events.ts";
import { Copy } from "./copy.ts";
import { isIn } from "./fingerprint.ts";
import { HostTree } from "./host-tree.ts";
import type { WatchedRule } from "./rules.ts";
import type { Replica, Workshop } from "./workshop.ts";

/** What a service watcher needs. */
export interface ServiceWatcherOptions {
  readonly service: string;
  readonly rules: readonly WatchedRule[];
  readonly workshop: Workshop;
  readonly emit: Emit;
  /** A folder, absolute, may be watched now that might not before. */
  readonly opened: (folder: string) => void;
}

/** What a rule has seen: its files, and their copies by container. */
interface Watched {
  readonly rule: WatchedRule;
  readonly host: HostTree;
  readonly copies: Map<string, Copy>;
}

/** Between two batches the engine rests for so long: else one file that is written all the time would keep it busy. */
const restMs = 5;

/** So long an editor takes to put what it saved in the place of what was there. */
const savingMs = 50;

/** After so much, what could not be copied is tried again, and then after twice as much. */
const firstRetryMs = 1000;
const longestRetryMs = 60_000;

/** What has happened since the last batch. */
interface Batch {
  /** Absolute paths that may have changed. */
  readonly paths: Set<string>;
  /** Folders that appeared have to be looked at again. */
  looksIntoNew: boolean;
  /** Everything has to be looked at again. */
  isWhole: boolean;
  /** What containers really hold has to be looked at again. */
  isVerifying: boolean;
}

/**
 * Keeps the containers of one service in step with files.
 *
 * ```
 *            noticed                          done, and nothing new
 *   idle ───────────────▶ applying a batch ─────────────────────────▶ idle
 *                           ▲        │
 *                           └────────┘ done, and more was noticed meanwhile: the next batch
 * ```
 *
 * The first change goes out at once. What comes while a batch is applied makes the next one, however much it is, after a
 * moment's rest for the engine: so a burst is copied while it lasts. Where more than a copy may follow, the next batch
 * waits for the rest of the burst, so that its command is run or its service started anew once. So neither a stream of
 * changes nor a slow build can keep a change waiting for more than one batch and a tenth of a second, and batches never
 * overtake each other.
 */
export class ServiceWatcher {
  readonly #options: ServiceWatcherOptions;
  readonly #watched: readonly Watched[];
  readonly #onlyCopies: boolean;
  #pending: Batch = emptyBatch();
  #applying: Promise<void> | undefined;
  #hasLooked = false;
  /** A rebuild that failed is tried again with the next change. */
  #owesRebuild = false;
  /** So is a copy, and without one after a while. */
  #owesCopies = false;
  #retry: NodeJS.Timeout | undefined;
  #retryAfterMs = firstRetryMs;
  readonly #warned = new Set<string>();
  /** Why copies failed since the last that did not: trying again tells nothing new. */
  readonly #failures = new Set<string>();
  #isOver = false;

  constructor(options: ServiceWatcherOptions) {
    this.#options = options;
    this.#watched = options.rules.map((rule) => ({ rule, host: new HostTree(rule), copies: new Map() }));
    this.#onlyCopies = options.rules.every(({ rule }) => rule.action === "sync");
  }

  /** Something may have changed at an absolute path. */
  notice(path: string): void {
    this.#pending.paths.add(path);
    this.#pump();
  }

  /** It has been noticed, and will be looked at: one more word of it tells nothing. */
  awaits(path: string): boolean {
    return this.#pending.paths.has(path);
  }

  /** Looks once more into folders that appeared: they may have filled before anybody watched them. */
  noticeNew(): void {
    this.#pending.looksIntoNew = true;
    this.#pump();
  }

  /** Looks at all files again: at the beginning, when a container comes up, when events may have been missed. */
  noticeAll(): void {
    this.#pending.isWhole = true;
    this.#pump();
  }

  /** Looks at all files again, and at what the containers really hold. */
  verify(): void {
    this.#pending.isVerifying = true;
    this.noticeAll();
  }

  /** Resolves when the batch that is being applied is done; there is no other after it. */
  async stop(): Promise<void> {
    this.#pump = () => {};
    this.#isOver = true;
    clearTimeout(this.#retry);
    await this.#applying;
  }

  #pump = (): void => {
    this.#applying ??= this.#applyAll().finally(() => {
      this.#applying = undefined;
    });
  };

  async #applyAll(): Promise<void> {
    for (let isFilling = false; isFilling || !isEmpty(this.#pending);) {
      const batch = this.#pending;
      this.#pending = emptyBatch();
      const isBusy = await this.#apply(batch);
      this.#planRetry();
      if (isBusy) await (this.#onlyCopies ? pass(restMs) : this.#burstToPass());
      isFilling = isBusy && this.#mayBeFilling();
    }
  }

  /** Nobody may be watching a folder yet that is being filled. Where more than a copy follows, that waits for quiet. */
  #mayBeFilling(): boolean {
    return this.#onlyCopies && !this.#isOver && this.#watched.some(({ host }) => host.newFolders.size > 0);
  }

  /** What could not be copied may be so the next time, though nothing else changes: later and later, as long as it fails. */
  #planRetry(): void {
    clearTimeout(this.#retry);
    if (!this.#owesCopies) {
      this.#retryAfterMs = firstRetryMs;
      return;
    }
    this.#retry = setTimeout(() => this.noticeAll(), this.#retryAfterMs);
    this.#retryAfterMs = Math.min(2 * this.#retryAfterMs, longestRetryMs);
  }

  /** Resolves when no more changes come, or after a tenth of a second. */
  async #burstToPass(): Promise<void> {
    for (let moment = 0, before = 0; moment < 7 && before < this.#pending.paths.size; moment++) {
      before = this.#pending.paths.size;
      await pass(15);
    }
  }

  /** Tells whether there was anything to do. */
  async #apply(batch: Batch): Promise<boolean> {
    const changed = await this.#lookAtAll(batch);
    const hasChanged = changed.some(({ paths }) => paths.length > 0);
    if (isEmpty(batch) && !hasChanged) return false;
    if (hasChanged) this.#failures.clear();
    const rebuilding = this.#pathsOf(changed, "rebuild");
    const isAnew = this.#owesRebuild && hasChanged;
    if (rebuilding.length > 0 || isAnew) await this.#rebuild(rebuilding);
    const copied = await this.#copyAll(batch, changed);
    const restarting = [...this.#pathsOf(changed, "restart"), ...this.#pathsOf(copied, "sync+restart")];
    if (restarting.length > 0) {
      await this.#attempt("restart", restarting, () => this.#options.workshop.restart(this.#options.service));
    }
    await Promise.all(copied.map((change) => this.#exec(change)));
    return [...changed, ...copied].some(({ paths }) => paths.length > 0);
  }

  /**
   * Looks once more before something costly: editors save through a file beside, and who is rebuilt or started anew for that
   * would be so again for the file itself.
   */
  async #lookAtAll(batch: Batch): Promise<readonly Change[]> {
    const changed = await this.#lookAt(batch);
    if (this.#pathsOf(changed, "rebuild").length + this.#pathsOf(changed, "restart").length === 0) return changed;
    await pass(savingMs);
    await this.#burstToPass();
    const { paths } = this.#pending;
    this.#pending = { ...this.#pending, paths: new Set() };
    const more = await this.#lookAt({ ...emptyBatch(), paths });
    return changed.map(({ rule, paths: before }, index) => ({
      rule,
      paths: [...new Set([...before, ...(more[index]?.paths ?? [])])],
    }));
  }

  /** What is new on this machine; the first look is what later ones are compared with. */
  async #lookAt({ paths, isWhole, looksIntoNew }: Batch): Promise<readonly Change[]> {
    const isFirst = !this.#hasLooked;
    this.#hasLooked = true;
    const looks = this.#watched.map(async ({ rule, host }) => {
      const inside = [...paths].flatMap((path) => below(rule.root, path));
      const again = [...(looksIntoNew ? host.takeNewFolders() : host.newFolders)];
      const found = await host.refresh(isWhole || isFirst ? [""] : [...inside, ...again]);
      if (isFirst) this.#begin(rule, host);
      this.#warnOf(host.unreadable);
      for (const folder of host.takeOpenedFolders()) this.#options.opened(join(rule.root, folder));
      return { rule, paths: isFirst ? [] : found };
    });
    return Promise.all(looks);
  }

  /** What is there at the beginning is watched; so is what is not there yet, which may be a mistake. */
  #begin({ root }: WatchedRule, host: HostTree): void {
    host.takeNewFolders();
    if (!host.tree.has("") && host.knows("")) this.#warn(`${root}: no such file or folder yet: waiting for it`);
  }

  async #rebuild(paths: readonly string[]): Promise<void> {
    this.#owesRebuild = !(await this.#attempt("rebuild", paths, () =>
      this.#options.workshop.rebuild(this.#options.service),
    ));
  }

  /** Brings every running container up to date, all at the same time; one that fails keeps no other waiting. */
  async #copyAll({ isVerifying, isWhole }: Batch, changed: readonly Change[]): Promise<readonly Change[]> {
    const syncing = this.#watched.filter(({ rule }) => rule.rule.action.startsWith("sync"));
    const isAnywhere = isWhole || this.#owesCopies;
    if (syncing.length === 0 || !(isAnywhere || changed.some(({ paths }) => paths.length > 0))) return [];
    this.#owesCopies = false;
    const replicas = await this.#replicas();
    const copies = replicas.map(async (replica) => {
      const changes: Change[] = [];
      // In the order of the file: a later rule may write into what an earlier one wrote.
      for (const watched of syncing) {
        const among = isAnywhere ? undefined : changed.find(({ rule }) => rule === watched.rule)?.paths;
        changes.push(await this.#copy(watched, replica, { isVerifying, among }));
      }
      return changes;
    });
    return (await Promise.all(copies)).flat();
  }

  async #replicas(): Promise<readonly Replica[]> {
    const { service, workshop } = this.#options;
    let replicas: readonly Replica[] = [];
    const isListed = await this.#attempt("sync", [], async () => {
      replicas = await workshop.replicas(service);
    });
    if (!isListed) this.#owesCopies = true;
    const running = new Set(replicas.map(({ id }) => id));
    // One that comes back is met like a new one: by what it really holds.
    for (const { copies } of this.#watched) {
      for (const id of copies.keys()) if (!running.has(id)) copies.delete(id);
    }
    return replicas;
  }

  async #copy(
    { rule, host, copies }: Watched,
    replica: Replica,
    { isVerifying, among }: { readonly isVerifying: boolean; readonly among: readonly string[] | undefined },
  ): Promise<Change> {
    const change = { rule, replica, paths: [] as readonly string[] };
    if (this.#isBound(rule, replica)) return change;
    const copy = copies.get(replica.id) ?? new Copy({ rule, host }, replica, this.#options.workshop);
    copies.set(replica.id, copy);
    const isDone = await this.#attempt("sync", [], async () => {
      if (isVerifying) await copy.verify();
      const { written, removed, unreadable, isComplete } = await copy.catchUp(among);
      change.paths = [...written, ...removed];
      for (const [path, why] of unreadable) this.#warn(`${join(rule.root, path)}: ${why}: not copied`);
      if (!isComplete) this.#owesCopies = true;
    });
    if (!isDone) this.#owesCopies = true;
    if (isDone && change.paths.length > 0) {
      const action = isVerifying ? "repair" : "sync";
      this.#report({ action, state: "done", paths: this.#named(change), container: replica.name });
      this.#failures.clear();
    }
    return change;
  }

  /** What is mounted from this machine is up to date by itself. */
  #isBound({ rule }: WatchedRule, { name, boundFolders }: Replica): boolean {
    const target = posix.normalize(rule.target ?? "/");
    const folder = boundFolders.find((bound) => isIn(bound.replace(/\/$/, ""), target));
    if (folder === undefined) return false;
    this.#warn(`${name}: ${target} is not copied to: this machine's own folder is mounted at ${folder}`);
    return true;
  }

  async #exec(change: Change): Promise<void> {
    const { rule, replica, paths } = change;
    const { action, exec } = rule.rule;
    if (action !== "sync+exec" || exec === undefined || replica === undefined || paths.length === 0) return;
    const { service, workshop } = this.#options;
    await this.#attempt("exec", this.#named(change), () => workshop.exec(replica, service, exec));
  }

  /** Tells how it went; a failure is told and harms nothing else. */
  async #attempt(action: WatchAction, paths: readonly string[], work: () => Promise<void>): Promise<boolean> {
    const isTold = action !== "sync";
    if (isTold) this.#report({ action, state: "started", paths });
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TscomposeError)) throw error;
      const { message, hint } = error;
      if (!isTold && this.#failures.has(message)) return false;
      this.#failures.add(message);
      this.#report({ action, state: "failed", paths, message, ...(hint === undefined ? {} : { hint }) });
      return false;
    }
    if (isTold) this.#report({ action, state: "done", paths });
    return true;
  }

  #pathsOf(changes: readonly Change[], action: WatchRule["action"]): readonly string[] {
    return changes.filter(({ rule }) => rule.rule.action === action).flatMap((change) => this.#named(change));
  }

  /** A file that is watched itself goes by its name. */
  #named({ rule, paths }: Change): readonly string[] {
    const root = this.#watched.find((watched) => watched.rule === rule)?.host.tree.get("");
    return root?.kind === "directory" ? paths : paths.map((path) => (path === "" ? basename(rule.root) : path));
  }

  #warnOf(messages: readonly string[]): void {
    for (const message of messages) this.#warn(`${message}: not watched`);
  }

  #warn(message: string): void {
    if (this.#warned.has(message)) return;
    this.#warned.add(message);
    this.#options.emit({ kind: "remark", level: "warning", message });
  }

  #report(report: Omit<WatchEvent, "kind" | "service">): void {
    this.#options.emit({ kind: "watch", service: this.#options.service, ...report });
  }
}

/** What a rule has to deal with: what is new on this machine, or in a container. */
interface Change {
  readonly rule: WatchedRule;
  readonly replica?: Replica;
  readonly paths: readonly string[];
}

function emptyBatch(): Batch {
  return { paths: new Set(), looksIntoNew: false, isWhole: false, isVerifying: false };
}

function isEmpty({ paths, looksIntoNew, isWhole }: Batch): boolean {
  return paths.size === 0 && !looksIntoNew && !isWhole;
}

/** The path relative to a root, `""` for itself and for what holds it; nothing for what is elsewhere. */
function below(root: string, path: string): readonly string[] {
  const inside = relative(root, path);
  if (inside === "" || isIn(path, root)) return [""];
  if (inside === ".." || inside.startsWith(`..${sep}`)) return [];
  return [inside.split(sep).join("/")];
}
