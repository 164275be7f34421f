/** Comparing is slow; who has more names than this knows them by other means. */
const mostCompared = 200;

/** The known word that a wrong one was most likely meant to be, if any is near. */
export function didYouMean(wrong: string, known: readonly string[]): string | undefined {
  const plain = normalize(wrong);
  const farthest = Math.max(1, Math.floor(plain.length / 3));
  const rows = rowsFor(plain.length + farthest);
  const near = known
    .map((word) => ({ word, bare: normalize(word) }))
    .filter(({ bare }) => Math.abs(bare.length - plain.length) <= farthest)
    .slice(0, mostCompared)
    .map(({ word, bare }) => ({ word, bare, distance: editDistance(plain, bare, farthest, rows) }))
    .filter(({ bare, distance }) => distance <= farthest && distance < bare.length)
    .toSorted((a, b) => a.distance - b.distance);
  return near[0]?.word;
}

/** `dependsOn`, `depends-on` and `DEPENDS_ON` are the same slip. */
function normalize(word: string): string {
  return /[A-Z_ -]/.test(word) ? word.toLowerCase().replaceAll(/[-_ ]/g, "") : word;
}

type Row = Uint16Array<ArrayBuffer>;

/** Distances of beginnings of one word to all beginnings of the other: the last, the one before it, and the next. */
type Rows = readonly [before: Row, previous: Row, current: Row];

/** Made once for many words of at most this length. */
function rowsFor(length: number): Rows {
  return [new Uint16Array(length + 1), new Uint16Array(length + 1), new Uint16Array(length + 1)];
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn one word into the other; Infinity past the
 * limit.
 */
function editDistance(from: string, to: string, limit: number, rows: Rows): number {
  let [before, previous, current] = rows;
  for (let j = 0; j <= to.length; j++) current[j] = j;
  let [nearestBefore, nearest] = [0, 0];
  for (let i = 1; i <= from.length; i++) {
    [before, previous, current] = [previous, current, before];
    nearestBefore = nearest;
    nearest = fillRow(i, from, to, [before, previous, current]);
    // A swap reaches back by two rows.
    if (Math.min(nearestBefore, nearest) > limit) return Infinity;
  }
  return at(current, to.length);
}

/** Fills the row of the first `i` letters; gives its smallest distance. */
function fillRow(i: number, from: string, to: string, [before, previous, current]: Rows): number {
  current[0] = i;
  let nearest = i;
  for (let j = 1; j <= to.length; j++) {
    const cost = from[i - 1] === to[j - 1] ? 0 : 1;
    const swap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
    const least = Math.min(at(current, j - 1) + 1, at(previous, j) + 1, at(previous, j - 1) + cost);
    current[j] = swap ? Math.min(least, at(before, j - 2) + 1) : least;
    nearest = Math.min(nearest, at(current, j));
  }
  return nearest;
}

function at(row: Row, index: number): number {
  return row[index] ?? Infinity;
}
