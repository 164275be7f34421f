import { resolve } from "node:path";
import type { Loaded } from "../compose/load.ts";
import type { Context } from "../context.ts";
import type { EventStream } from "../engine/engine.ts";
import { label } from "../observe/labels.ts";
import { ignoreFilesOf, type IgnoreFiles, watchedRules } from "../watch/rules.ts";
import { startWatch, type Watch } from "../watch/watch.ts";
import { checkExecution } from "./execution-error.ts";
import { up, type UpOptions } from "./up.ts";
import { openWorkshop } from "./watch-workshop.ts";
import { checkWatchable } from "./watchable.ts";

/** What can be asked of `watch`. */
export interface WatchProjectOptions {
  /** Empty: every service that has rules. */
  readonly services?: readonly string[];
  /** How containers are brought up, at the beginning and after an edit of the compose files. */
  readonly up: UpOptions;
  /** Leaves what runs as it is at the beginning. */
  readonly noUp?: boolean;
  /** Compares what containers hold with what is on this machine after each quiet second, and repairs it. */
  readonly verifies?: boolean;
  /** Keeps images that a rebuild took the name from; else they are removed. */
  readonly keepsImages?: boolean;
  /** Where relative names of compose files start. */
  readonly directory: string;
  /** Reads the compose files anew. Throws what is wrong with them. */
  readonly reload: () => Promise<Loaded>;
}

/** What watching needs of the world beside the usual. */
export interface WatchContext extends Context {
  /** Called when all is being watched, and after each edit of the compose files that was applied. */
  readonly watching: (paths: readonly string[]) => void;
  /** An edit of the compose files is wrong, or could not be applied: the project stays as it is. */
  readonly refused: (error: unknown) => void;
}

/** Keeps containers in step with files until the signal fires. Throws when there is nothing to watch. */
export async function watch(loaded: Loaded, options: WatchProjectOptions, context: WatchContext): Promise<void> {
  checkWatchable(loaded, options.services);
  if (options.noUp !== true) checkExecution(await bringUp(loaded, options, context));
  for (let current = loaded; !context.signal.aborted;) {
    const edited = await watchUntilEdited(current, options, context);
    if (edited === undefined) return;
    current = edited;
    await bringUp(edited, options, context).then(checkExecution).catch(context.refused);
  }
}

/** Watches one state of the compose files; resolves with the next one that is sound, or with nothing at the end. */
async function watchUntilEdited(
  loaded: Loaded,
  options: WatchProjectOptions,
  context: WatchContext,
): Promise<Loaded | undefined> {
  const { project } = loaded;
  const { services = [], verifies = false, keepsImages = false, directory } = options;
  const files = [...loaded.sources.keys()].map((name) => resolve(directory, name));
  const edits = new Edits(loaded, options, context);
  const over = new AbortController();
  const { signal } = over;
  const rules = watchedRules(project, services, await readIgnoreFiles(loaded, context));
  await using events = await subscribe(project.name, context);
  await using watching = await startWatch({
    rules,
    files,
    fileChanged: edits.notice,
    workshop: openWorkshop(project, { up: options.up, prunes: !keepsImages, signal }, context),
    emit: context.emit,
    verifies,
  });
  context.watching([...new Set(rules.map(({ root }) => root))]);
  void followStarts(events, watching);
  const next = await edits.next;
  over.abort();
  return next;
}

/** Edits of the compose files: the first that is sound and changes something ends the watch of what was before. */
class Edits {
  readonly next: Promise<Loaded | undefined>;
  readonly #finish: (next: Loaded | undefined) => void;
  readonly #before: Loaded;
  readonly #options: WatchProjectOptions;
  readonly #context: WatchContext;
  #isReading = false;
  #isStale = false;
  #isRefused = false;

  constructor(before: Loaded, options: WatchProjectOptions, context: WatchContext) {
    const { promise, resolve: finish } = Promise.withResolvers<Loaded | undefined>();
    this.next = promise;
    this.#finish = finish;
    this.#before = before;
    this.#options = options;
    this.#context = context;
    context.signal.addEventListener("abort", () => finish(undefined), { once: true });
    if (context.signal.aborted) finish(undefined);
  }

  readonly notice = (): void => {
    this.#isStale = true;
    if (!this.#isReading) void this.#readUntilFresh();
  };

  /** One reading at a time; what is edited meanwhile is read again. */
  async #readUntilFresh(): Promise<void> {
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#read().catch((error: unknown) => {
        this.#isRefused = true;
        this.#context.refused(error);
      });
    }
    this.#isReading = false;
  }

  async #read(): Promise<void> {
    const loaded = await this.#options.reload();
    if (this.#isStale) return;
    if (isSameProject(loaded, this.#before)) return this.#tellOfRecovery();
    checkWatchable(loaded, this.#options.services);
    this.#finish(loaded);
  }

  /** Whoever was told of a mistake wants to know that it is mended, though nothing follows from it. */
  #tellOfRecovery(): void {
    if (!this.#isRefused) return;
    this.#isRefused = false;
    this.#context.emit({ kind: "remark", level: "info", message: "⦿ the compose files are as they were" });
  }
}

function isSameProject(one: Loaded, other: Loaded): boolean {
  return JSON.stringify(one.project) === JSON.stringify(other.project);
}

function bringUp({ project }: Loaded, options: WatchProjectOptions, context: Context): ReturnType<typeof up> {
  return up(project, { ...options.up, services: options.services ?? [] }, context);
}

async function readIgnoreFiles({ project }: Loaded, { files }: Context): Promise<IgnoreFiles> {
  const paths = new Set(Object.values(project.services).flatMap(ignoreFilesOf));
  const read = [...paths].map(async (path) => {
    const text = await files.readText(path);
    return text === undefined ? [] : [[path, text] as const];
  });
  return new Map((await Promise.all(read)).flat());
}

function subscribe(projectName: string, { engine, signal }: Context): Promise<EventStream> {
  const ofProject = `${label.project}=${projectName.toLowerCase()}`;
  return engine.events({ filters: { type: ["container"], event: ["start"], label: [ofProject] }, signal });
}

/** Ends with the subscription. */
async function followStarts(events: EventStream, watching: Watch): Promise<void> {
  for await (const { Actor } of events) watching.containerStarted(Actor.Attributes[label.service] ?? "");
}
