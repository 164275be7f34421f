/** More changes than that make another word. */
const mostChanges = 2;

/** ` (did you mean RUN?)`, in the case of what was written; empty when nothing is near. */
export function didYouMean(
  written: string,
  known: readonly string[],
  { isCaseSensitive = false }: { readonly isCaseSensitive?: boolean } = {},
): string {
  const folded = (word: string): string => (isCaseSensitive ? word : word.toLowerCase());
  let [best, fewest] = ["", mostChanges + 1];
  for (const word of known) {
    const changes = distance(folded(written), folded(word));
    if (changes === 0) return "";
    if (changes < fewest) [best, fewest] = [word, changes];
  }
  if (best === "") return "";
  return ` (did you mean ${isCaseSensitive ? best : inCaseOf(written, best)}?)`;
}

function inCaseOf(written: string, word: string): string {
  if (written === written.toLowerCase()) return word.toLowerCase();
  return written === written.toUpperCase() ? word.toUpperCase() : word;
}

/** Letters put in, taken out or replaced (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let line = 1; line <= one.length; line += 1) {
    const next = [line];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (one[line - 1] === other[column - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
