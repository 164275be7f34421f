import { formatPath, type Path } from "../source.ts";
import type { Tree } from "../tree.ts";
import { attributes, examples } from "./compose.generated.ts";

/** Known keys below a place of the language; `*` stands for a name of the user's choice or an item of a list. */
export interface Attributes {
  readonly [key: string]: Attributes;
}

/** Keys that the language knows below a path. */
export function knownKeys(path: Path): string[] {
  return Object.keys(below(path) ?? {}).filter((key) => key !== "*");
}

/** True where the user chooses the keys: names of services, volumes, variables. */
export function takesAnyName(path: Path): boolean {
  return childOf(below(path), "*") !== undefined;
}

/** A line that could stand at this place, where the schema has one. */
export function exampleAt(path: Path): string | undefined {
  const example = examples[attributePath(path)];
  return example === undefined ? undefined : `for example ${String(path.at(-1))}: ${example}`;
}

/** Tells where a key that is unknown here is at home, when that is not far away. */
export function belongsElsewhere(path: Path, key: string, value: Tree): string | undefined {
  if (path.length === 0 && looksLikeService(value)) return `services are written under "services:"`;
  const home = homesOf(key)
    .map(({ path: place }) => ({ place, steps: distance(path, place) }))
    .filter(({ steps }) => steps <= 3)
    .toSorted((a, b) => a.steps - b.steps)[0];
  if (home === undefined) return undefined;
  const where = formatPath(home.place.map((part, index) => (part === "*" ? named(path, home.place, index) : part)));
  return where === "" ? `"${key}" belongs to the top level` : `"${key}" belongs to ${where}`;
}

function below(path: Path): Attributes | undefined {
  return path.reduce<Attributes | undefined>((node, part) => childOf(node, part) ?? childOf(node, "*"), attributes);
}

function childOf(node: Attributes | undefined, part: string | number): Attributes | undefined {
  return node !== undefined && Object.hasOwn(node, part) ? node[part] : undefined;
}

/** The path with `*` for what the user named: `services.*.ports.*`. */
function attributePath(path: Path): string {
  let node: Attributes | undefined = attributes;
  const parts: string[] = [];
  for (const part of path) {
    const known = childOf(node, part);
    parts.push(known === undefined ? "*" : String(part));
    node = known ?? childOf(node, "*");
  }
  return parts.join(".");
}

function looksLikeService(value: Tree): boolean {
  return value.kind === "map" && ["image", "build"].some((key) => value.entries.has(key));
}

interface Home {
  readonly key: string;
  readonly path: readonly string[];
}

let homes: ReadonlyMap<string, readonly Home[]> | undefined;

/** Every mapping of the language that has the key. */
function homesOf(key: string): readonly Home[] {
  homes ??= Map.groupBy(allHomes(attributes, []), (home) => home.key);
  return homes.get(key) ?? [];
}

function* allHomes(node: Attributes, path: readonly string[]): Generator<Home> {
  for (const key of Object.keys(node)) yield { key, path };
  for (const [part, child] of Object.entries(node)) yield* allHomes(child, [...path, part]);
}

/** Steps up to what both have in common, and down again. */
function distance(path: Path, place: readonly string[]): number {
  const shared = sharedLength(path, place);
  return path.length - shared + (place.length - shared);
}

function sharedLength(path: Path, place: readonly string[]): number {
  const differs = place.findIndex((part, index) => path[index] === undefined || (part !== "*" && part !== path[index]));
  return differs === -1 ? place.length : differs;
}

/** The name that the user gave at this level, as far as the way is the same. */
function named(path: Path, place: readonly string[], index: number): string | number {
  return index < sharedLength(path, place) ? (path[index] ?? "NAME") : "NAME";
}
