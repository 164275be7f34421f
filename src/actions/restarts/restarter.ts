import type { Emit } from "../../events.ts";
import { EngineError } from "../../errors.ts";
import type { RestartRules } from "../../plan/spec/restart-policy.ts";
import type { Replica } from "../select-containers.ts";
import { afterEnd, beginning, type Course, type End } from "./course.ts";

/** What restarting needs. */
export interface RestarterOptions {
  readonly rulesOf: (service: string) => RestartRules | undefined;
  /** How long a stop may take, in milliseconds: an end that long after a signal from outside is no end of its own. */
  readonly graceMsOf: (service: string) => number;
  readonly start: (id: string) => Promise<void>;
  /** Hears of each container that will not be started again after all. */
  readonly givenUp: (container: Replica) => void;
  readonly emit: Emit;
}

/** Restarts containers after a delay, for as long as somebody stays attached. Times are the engine's, in milliseconds. */
export class Restarter implements Disposable {
  readonly #options: RestarterOptions;
  readonly #courses = new Map<string, Course>();
  readonly #startedAt = new Map<string, number>();
  readonly #signalledAt = new Map<string, number>();
  readonly #waiting = new Map<string, { readonly container: Replica; readonly timer: NodeJS.Timeout }>();

  constructor(options: RestarterOptions) {
    this.#options = options;
  }

  started({ id }: Replica, atMs: number): void {
    this.#startedAt.set(id, atMs);
    this.#signalledAt.delete(id);
    this.#cancel(id);
  }

  /** Somebody sent it a signal: an end that follows is wanted. */
  signalled({ id }: Replica, atMs: number): void {
    this.#signalledAt.set(id, atMs);
  }

  /** True: it will be started again. */
  ended(container: Replica, { exitCode, atMs }: { readonly exitCode: number; readonly atMs: number }): boolean {
    const isStop =
      atMs - (this.#signalledAt.get(container.id) ?? -Infinity) <= this.#options.graceMsOf(container.service);
    if (isStop) return false;
    return this.#continue(container, { exitCode, ranMs: atMs - (this.#startedAt.get(container.id) ?? -Infinity) });
  }

  /** It is gone. */
  removed({ id }: Replica): void {
    this.#cancel(id);
  }

  /** Nothing is started from here on. */
  [Symbol.dispose](): void {
    for (const { container } of this.#waiting.values()) {
      this.#cancel(container.id);
      this.#options.givenUp(container);
    }
  }

  #continue(container: Replica, end: End): boolean {
    const rules = this.#options.rulesOf(container.service);
    if (rules === undefined) return false;
    const course = afterEnd(rules, this.#courses.get(container.id) ?? beginning, end);
    if (course === "over") return false;
    this.#courses.set(container.id, course);
    const timer = setTimeout(() => void this.#restart(container), rules.delayMs);
    this.#waiting.set(container.id, { container, timer });
    return true;
  }

  async #restart(container: Replica): Promise<void> {
    this.#waiting.delete(container.id);
    const { start, givenUp, emit } = this.#options;
    try {
      await start(container.id);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      emit({ kind: "remark", level: "warning", message: `${container.name}: ${error.message}` });
      const isGone = error.code === "not-found";
      // A start that is refused is a restart that did not last.
      if (isGone || !this.#continue(container, { exitCode: 125, ranMs: 0 })) givenUp(container);
    }
  }

  #cancel(id: string): void {
    clearTimeout(this.#waiting.get(id)?.timer);
    this.#waiting.delete(id);
  }
}
