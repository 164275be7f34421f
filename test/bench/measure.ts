/** One who does the work that is measured. */
export interface Contestant {
  readonly name: string;
  /** Does it once, and tells what it took, by metric. */
  measure(): Promise<Readonly<Record<string, number>>>;
}

/** What the contestants needed, in the unit of the metric. */
export interface Figure {
  readonly metric: string;
  readonly contestant: string;
  readonly median: number;
  /** 95 of 100 were not above this. */
  readonly p95: number;
  readonly samples: readonly number[];
}

/** Everybody in turn, round by round: what disturbs the machine disturbs all of them. A first round does not count. */
export async function interleave(contestants: readonly Contestant[], rounds: number): Promise<Figure[]> {
  const samples = new Map<string, { readonly metric: string; readonly contestant: string; readonly taken: number[] }>();
  for (let round = 0; round <= rounds; round++) {
    // Whoever comes first may pay for what the others find done.
    for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
      for (const [metric, value] of Object.entries(await contestant.measure())) {
        const key = `${metric} ${contestant.name}`;
        const kept = samples.get(key) ?? { metric, contestant: contestant.name, taken: [] };
        samples.set(key, kept);
        if (round > 0) kept.taken.push(value);
      }
    }
  }
  return [...samples.values()].map(({ metric, contestant, taken }) => {
    const sorted = taken.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
    return { metric, contestant, median: at(0.5), p95: at(0.95), samples: taken };
  });
}

/** How long something takes, in milliseconds. */
export async function clocked(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
