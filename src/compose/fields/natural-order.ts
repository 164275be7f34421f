/** Order in which Go's YAML encoder writes keys: numbers inside of names count as numbers, letters come last. */
export function compareNaturally(one: string, other: string): number {
  const at = firstDifference(one, other);
  if (at === one.length || at === other.length) return one.length - other.length;
  const [left, right] = [characterAt(one, at), characterAt(other, at)];
  const same = one.slice(0, at);
  if (isLetter(left) && isLetter(right)) return compareCodes(left, right);
  if (isLetter(left) || isLetter(right)) return isLetter(left) === /\p{Nd}$/u.test(same) ? -1 : 1;
  // A zero inside of a number is a digit, at its start it is not.
  const continues = (left === "0" || right === "0") && /[1-9]\d*$/.test(same);
  const [leftDigits, rightDigits] = [digitsFrom(one, at), digitsFrom(other, at)];
  const value = (digits: string): number => Number(`${continues ? "1" : "0"}${digits}`);
  return value(leftDigits) - value(rightDigits) || leftDigits.length - rightDigits.length || compareCodes(left, right);
}

/** Where the first characters stand that are not the same; never in the middle of one. */
function firstDifference(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length);
  let at = 0;
  while (at < shortest && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at > 0 && at < shortest && isHighSurrogate(one.charCodeAt(at - 1)) ? at - 1 : at;
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function digitsFrom(text: string, start: number): string {
  return /^\p{Nd}*/u.exec(text.slice(start))?.[0] ?? "";
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function compareCodes(one: string, other: string): number {
  return (one.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
}
