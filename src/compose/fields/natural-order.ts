/** Order in which Go's YAML encoder writes keys: numbers inside of names count as numbers, letters come last. */
export function compareNaturally(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const at = a.findIndex((character, index) => index >= b.length || character !== b[index]);
  if (at === -1 || at >= b.length) return a.length - b.length;
  const [left = "", right = ""] = [a[at], b[at]];
  const follows = at > 0 && isDigit(a[at - 1] ?? "");
  if (isLetter(left) && isLetter(right)) return compareCodes(left, right);
  if (isLetter(left) || isLetter(right)) return isLetter(left) === follows ? -1 : 1;
  // A zero inside of a number is a digit, at its start it is not.
  const continues = (left === "0" || right === "0") && /[1-9]\d*$/.test(a.slice(0, at).join(""));
  const [leftDigits, rightDigits] = [digitsFrom(a, at), digitsFrom(b, at)];
  const value = (digits: string): number => Number(`${continues ? "1" : "0"}${digits}`);
  return value(leftDigits) - value(rightDigits) || leftDigits.length - rightDigits.length || compareCodes(left, right);
}

function digitsFrom(characters: readonly string[], start: number): string {
  return /^\p{Nd}*/u.exec(characters.slice(start).join(""))?.[0] ?? "";
}

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function compareCodes(one: string, other: string): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}
