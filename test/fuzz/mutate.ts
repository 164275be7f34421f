/** Gives numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/** Mulberry32: small, good enough to wander, and repeatable. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Pieces that have hurt YAML and compose loaders before. */
const nasty = [
  "null",
  "~",
  "[]",
  "{}",
  "&a",
  "*a",
  "<<: *a",
  "<<: [*a, *a]",
  "!reset null",
  "!override {}",
  "!!binary aGk=",
  "? x",
  "${A",
  "${A:-${B:-${C}}}",
  "$$",
  "${:?}",
  "${A:?no}",
  "$1",
  "---",
  "...",
  "|",
  ">-",
  "\t",
  "\0",
  "\uFEFF",
  "0o8",
  "1e999",
  "-.inf",
  "2020-01-01",
  "99999999999999999999",
  "''",
  '"',
  "- - - -",
  "x-y: 1",
  "extends: a",
  "include: [compose.yaml]",
  "services:",
  "depends_on: [a]",
  "depends_on: [toString]",
  "1: {image: x}",
  "80-79:80",
  "::",
  "1.5.5",
  "🐳",
  "__proto__: 1",
  "constructor: {}",
  "a: b: c",
];

type Mutation = (lines: string[], random: Random, corpus: readonly string[]) => void;

const mutations: readonly Mutation[] = [
  (lines, random) => void lines.splice(at(lines, random), 1),
  (lines, random) => void lines.splice(at(lines, random), 0, lines[at(lines, random)] ?? ""),
  (lines, random) => swap(lines, at(lines, random), at(lines, random)),
  (lines, random) => edit(lines, random, (line) => " ".repeat(Math.floor(random() * 8)) + line.trimStart()),
  (lines, random) => edit(lines, random, (line) => line.replace(/:.*$/, `: ${pick(nasty, random)}`)),
  (lines, random) => edit(lines, random, (line) => splice(line, random, pick(nasty, random))),
  (lines, random) => edit(lines, random, (line) => splice(line, random, String.fromCharCode(random() * 256))),
  (lines, random) => edit(lines, random, (line) => line.slice(0, random() * line.length)),
  (lines, random) => edit(lines, random, (line) => `${line.match(/^\s*/)?.[0] ?? ""}${pick(nasty, random)}`),
  (lines, random, corpus) => swapKey(lines, random, pick(corpus, random).split("\n")),
  (lines, random, corpus) => swapValue(lines, random, pick(corpus, random).split("\n")),
  (lines, random, corpus) => {
    const other = pick(corpus, random).split("\n");
    const from = at(other, random);
    lines.splice(at(lines, random), 0, ...other.slice(from, from + 1 + random() * 6));
  },
];

/** One seed with one to three mutations: more, and hardly anything stays YAML. */
export function mutate(corpus: readonly string[], random: Random): string {
  const lines = pick(corpus, random).split("\n");
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) pick(mutations, random)(lines, random, corpus);
  return lines.join("\n");
}

function edit(lines: string[], random: Random, change: (line: string) => string): void {
  const index = at(lines, random);
  lines[index] = change(lines[index] ?? "");
}

/** Another key of the language in place of this one, with its value as it was. */
function swapKey(lines: string[], random: Random, others: readonly string[]): void {
  const key = /([\w-]+):/.exec(pick(others, random))?.[1];
  if (key !== undefined) edit(lines, random, (line) => line.replace(/[\w-]+:/, `${key}:`));
}

function swapValue(lines: string[], random: Random, others: readonly string[]): void {
  const value = /[\w-]+: (.+)/.exec(pick(others, random))?.[1];
  if (value !== undefined) edit(lines, random, (line) => line.replace(/(?<=[\w-]+:).*/, () => ` ${value}`));
}

function swap(lines: string[], a: number, b: number): void {
  [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
}

function splice(line: string, random: Random, piece: string): string {
  const index = Math.floor(random() * (line.length + 1));
  return line.slice(0, index) + piece + line.slice(index);
}

function at(items: readonly unknown[], random: Random): number {
  return Math.floor(random() * items.length);
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[at(items, random)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
