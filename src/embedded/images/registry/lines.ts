/** One line of the progress. */
export type Line = Readonly<Record<string, unknown>>;

export type Tell = (line: Line) => void;

/**
 * The lines that several things at once tell, as they come. The signal is aborted when nobody wants to hear more; what
 * was begun is awaited in any case. Throws what the work throws, after its last line.
 */
export async function* linesOf(
  work: (tell: Tell, signal: AbortSignal) => Promise<void>,
  left: AbortSignal,
): AsyncGenerator<Line> {
  const abandoned = new AbortController();
  const told: Line[] = [];
  let wake = (): void => {};
  let isOver = false;
  const tell: Tell = (line) => {
    told.push(line);
    wake();
  };
  const working = work(tell, AbortSignal.any([left, abandoned.signal])).finally(() => {
    isOver = true;
    wake();
  });
  working.catch(() => {});
  try {
    for (;;) {
      yield* told.splice(0);
      if (told.length > 0) continue;
      if (isOver) break;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    await working;
  } finally {
    abandoned.abort();
    await working.catch(() => {});
  }
}

/** Does all, and stops the rest when one of them fails; resolves or throws when none goes on any more. */
export async function together(
  signal: AbortSignal,
  begin: (signal: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const stop = new AbortController();
  const failures: unknown[] = [];
  const tasks = begin(AbortSignal.any([signal, stop.signal])).map((task) =>
    task.catch((error: unknown) => {
      failures.push(error);
      stop.abort();
    }),
  );
  await Promise.all(tasks);
  if (failures.length > 0) throw failures[0];
}

const fewestBytes = 262_144;

/** Passes a stream on and tells how far it is, a hundred times at most. */
export async function* countedOut(
  chunks: AsyncIterable<Uint8Array>,
  {
    id,
    status,
    total,
    tell,
  }: { readonly id: string; readonly status: string; readonly total: number; readonly tell: Tell },
): AsyncGenerator<Uint8Array> {
  const step = Math.max(fewestBytes, total / 100);
  let [current, next] = [0, step];
  for await (const chunk of chunks) {
    current += chunk.length;
    if (current >= next) {
      tell({ status, progressDetail: { current, total }, id });
      next = current + step;
    }
    yield chunk;
  }
}
