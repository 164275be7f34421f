/** Comparing is slow; who has more names than this knows them by other means. */
const mostCompared = 400;

/** The known word that a wrong one was most likely meant to be, if any is near. */
export function didYouMean(wrong: string, known: readonly string[]): string | undefined {
  const plain = normalize(wrong);
  const farthest = Math.max(1, Math.floor(plain.length / 3));
  const near = known
    .map((word) => ({ word, bare: normalize(word) }))
    .filter(({ bare }) => Math.abs(bare.length - plain.length) <= farthest)
    .slice(0, mostCompared)
    .map(({ word, bare }) => ({ word, bare, distance: editDistance(plain, bare) }))
    .filter(({ bare, distance }) => distance <= farthest && distance < bare.length)
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.word;
}

/** `dependsOn`, `depends-on` and `DEPENDS_ON` are the same slip. */
function normalize(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
export function editDistance(from: string, to: string): number {
  let [previous, current]: [number[], number[]] = [[], Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1;
      const swap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        at(current, j) + 1,
        at(next, j - 1) + 1,
        at(current, j - 1) + cost,
        swap ? at(previous, j - 2) + 1 : Infinity,
      );
    }
    [previous, current] = [current, next];
  }
  return at(current, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
