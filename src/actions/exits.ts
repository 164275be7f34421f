import type { ProgressEvent } from "../events.ts";

/** Which exits end an attached `up`, and which of them is its result. */
export interface ExitRules {
  /** Stop all when a container exits, or when one fails. */
  readonly abortOn?: "exit" | "failure";
  /** The service whose exit code is the result. */
  readonly exitCodeFrom?: string;
}

type Exit = Extract<ProgressEvent, { kind: "container-exited" }>;

/** Watches exits: tells when one of them asks to stop everything, and which exit code counts. */
export class Exits {
  readonly #rules: ExitRules;
  readonly #aborting = new AbortController();
  /** Containers that are about to be stopped on purpose. */
  readonly #stopped = new Set<string>();
  readonly #byService = new Map<string, number>();
  #decisive: number | undefined;

  constructor(rules: ExitRules) {
    this.#rules = rules;
  }

  /** Fires when an exit asks to stop everything. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  expectStop(container: string): void {
    this.#stopped.add(container);
  }

  /** True once for each stop that was expected: such an end is no exit. */
  isExpected({ container }: Exit): boolean {
    return this.#stopped.delete(container);
  }

  /** Takes note of an end that came by itself. */
  count({ service, exitCode, isRestarting }: Exit): void {
    if (isRestarting) return;
    if (!this.#byService.has(service)) this.#byService.set(service, exitCode);
    const { abortOn } = this.#rules;
    const isDecisive = abortOn === "exit" || (abortOn === "failure" && exitCode !== 0);
    if (!isDecisive || this.#decisive !== undefined) return;
    this.#decisive = exitCode;
    this.#aborting.abort();
  }

  /** The exit code that all of this leads to. */
  result(): number {
    const { exitCodeFrom } = this.#rules;
    if (exitCodeFrom !== undefined) return this.#byService.get(exitCodeFrom) ?? 0;
    return this.#decisive ?? 0;
  }
}
