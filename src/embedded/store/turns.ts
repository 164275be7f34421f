/** Lets what is done to one thing happen one after the other, in the order in which it was asked for. */
export type Turns = <Result>(key: string, action: () => Promise<Result>) => Promise<Result>;

/** Queues by key, forgotten when they are empty; an action that fails does not hold up the next. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, action) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(action);
    const settled = mine
      .catch(() => {})
      .finally(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return mine;
  };
}
