/** Longer than BuildKit's own clients take between two connections that belong together (moby/buildkit, solver/llbsolver). */
const patienceMs = 6000;

/** Where what arrives under a name is found by those who have heard the name already, or hear it a moment later. */
export class Rendezvous<Value> {
  readonly #here = new Map<string, Value>();
  readonly #waiting = new Map<string, Set<(value: Value) => void>>();

  /** `false` when there is something of this name already. */
  arrive(name: string, value: Value): boolean {
    if (this.#here.has(name)) return false;
    this.#here.set(name, value);
    for (const tell of this.#waiting.get(name) ?? []) tell(value);
    this.#waiting.delete(name);
    return true;
  }

  has(name: string): boolean {
    return this.#here.has(name);
  }

  leave(name: string): void {
    this.#here.delete(name);
  }

  /** Waits a moment for what is not there yet; `undefined` when it does not come, or `signal` fires. */
  async find(name: string, signal: AbortSignal): Promise<Value | undefined> {
    const here = this.#here.get(name);
    if (here !== undefined) return here;
    const { promise, resolve } = Promise.withResolvers<Value | undefined>();
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(resolve));
    const enough = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    const giveUp = (): void => resolve(undefined);
    enough.addEventListener("abort", giveUp, { once: true });
    if (enough.aborted) giveUp();
    try {
      return await promise;
    } finally {
      enough.removeEventListener("abort", giveUp);
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    }
  }
}
