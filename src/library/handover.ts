/** How many items may wait for whoever reads them, before whoever makes them has to. */
const mostWaiting = 64;

/**
 * Turns work that hands items on into items to be iterated over. The work begins with the iteration, waits for a slow
 * reader, and is ended when the reader leaves; what it throws, the reader gets. `isLatestOnly`: of what was not taken in time
 * only the newest is kept.
 */
export async function* handover<Item>(
  work: (give: (item: Item) => Promise<void>, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  { isLatestOnly = false }: { readonly isLatestOnly?: boolean } = {},
): AsyncGenerator<Item, void, undefined> {
  const left = new AbortController();
  const waiting: Item[] = [];
  let changed = Promise.withResolvers<void>();
  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const give = async (item: Item): Promise<void> => {
    if (isLatestOnly) waiting.length = 0;
    waiting.push(item);
    change();
    while (waiting.length > mostWaiting && !left.signal.aborted) await changed.promise;
  };
  const working = work(give, AbortSignal.any([signal, left.signal]));
  const ended = working.then(
    () => "ended" as const,
    () => "ended" as const, // what was thrown is told below, when all that came before was read
  );
  try {
    for (let end: "ended" | undefined; end === undefined || waiting.length > 0;) {
      const item = waiting.shift();
      if (item === undefined) {
        end = await Promise.race([ended, changed.promise.then(() => undefined)]);
        continue;
      }
      change();
      yield item;
    }
    await working;
  } finally {
    left.abort();
    change();
    await ended;
  }
}
