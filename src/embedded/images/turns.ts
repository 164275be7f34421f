/** Lets one change of a document happen after the other, in the order they were asked for. */
export type Turns = <Result>(change: () => Promise<Result>) => Promise<Result>;

/** A queue of its own. A change that fails does not hold up the next. */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (change) => {
    const mine = last.then(change);
    last = mine.catch(() => {});
    return mine;
  };
}
