/** Lets so many go on at once, in the order in which they came. */
export interface Gate {
  /** Waits for a place and gives it back after the work. Rejects when the signal is aborted before. */
  through<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
  readonly isFull: () => boolean;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];
  return {
    isFull: () => free <= 0,
    async through(signal, work) {
      signal.throwIfAborted();
      if (free <= 0) await turn(waiting, signal);
      else free -= 1;
      try {
        return await work();
      } finally {
        // The place goes to the next as it is: nobody can slip in between.
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
}

async function turn(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    const index = waiting.indexOf(resolve);
    if (index >= 0) waiting.splice(index, 1);
    reject(signal.reason as Error);
  };
  waiting.push(resolve);
  signal.addEventListener("abort", leave, { once: true });
  await promise.finally(() => signal.removeEventListener("abort", leave));
}
