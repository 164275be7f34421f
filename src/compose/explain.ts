import type { Location, Path } from "./source.ts";
import { formatPath } from "./source.ts";
import { readToken } from "./template.ts";
import { type MapTree, type Plain, plainOf, type Tree } from "./tree.ts";
import { didYouMean } from "./validator/did-you-mean.ts";

/** Something that was written about a value, and where. */
export interface Contribution {
  readonly at: Location;
  /** Where the alias stands that brought it here from its anchor. */
  readonly via?: Location;
  /** Null where it says that there is to be no value. */
  readonly value: Plain;
  /** True where `!reset` took away what was there. */
  readonly isReset?: true;
}

/** A value of the model, and what was written about it, oldest first: each replaces the one before, the last counts. */
export interface Explanation {
  readonly path: string;
  readonly contributions: readonly Contribution[];
}

/** Where the model ends on the way to a path that leads nowhere. */
export interface NothingThere {
  readonly known: string;
  readonly similar: string | undefined;
}

/** Explains the value at a path such as `services.web.ports[0]`; what consists of parts from several places, part by part. */
export function explainValue(tree: MapTree, path: string): readonly Explanation[] | NothingThere {
  const found = findPath({ tree, path: [], older: [] }, path);
  return "known" in found ? found : explanationsOf(found);
}

/** A place in compose files that mentions a variable, such as `${TAG:-latest}`. */
export interface Mention {
  readonly at: Location;
  readonly path: string;
  readonly fragment: string;
  /** What stands in where the variable is not set; absent where nothing does. */
  readonly fallback?: string;
  /** True where it stands in for an empty value as well. */
  readonly isForEmpty?: boolean;
}

/** Everywhere in a model, not interpolated yet, that a variable is mentioned, in the order of the model. */
export function mentionsOf(tree: Tree, name: string, path: Path = []): readonly Mention[] {
  if (tree.kind === "list") return tree.items.flatMap((item, index) => mentionsOf(item, name, [...path, index]));
  if (tree.kind === "map")
    return [...tree.entries].flatMap(([key, { value }]) => mentionsOf(value, name, [...path, key]));
  const { text, at } = tree;
  return tree.type === "string"
    ? mentionsIn(text, name).map((mention) => ({ at, path: formatPath(path), ...mention }))
    : [];
}

function mentionsIn(text: string, name: string): readonly Omit<Mention, "at" | "path">[] {
  const mentions: Omit<Mention, "at" | "path">[] = [];
  for (let at = text.indexOf("$"); at >= 0;) {
    const token = readToken(text, at);
    if (token.kind === "variable" && token.name === name) mentions.push({ fragment: token.fragment });
    if (token.kind === "operation") {
      const { fragment, operand, operator } = token;
      const fallback = operator.endsWith("-") ? { fallback: operand, isForEmpty: operator === ":-" } : {};
      if (token.name === name) mentions.push({ fragment, ...fallback });
      mentions.push(...mentionsIn(operand, name));
    }
    at = text.indexOf("$", at + token.length);
  }
  return mentions;
}

/** A value, and what stood in its place before, oldest first. */
interface Found {
  readonly tree: Tree;
  readonly path: Path;
  readonly older: readonly Tree[];
}

/** Names may hold dots: of several that fit, the longest is meant. */
function findPath(from: Found, rest: string): Found | NothingThere {
  if (rest === "") return from;
  const next = childrenOf(from)
    .map((child) => ({ child, rest: restAfter(child.path.at(-1), rest) }))
    .filter((choice) => choice.rest !== undefined)
    .toSorted((one, other) => String(other.child.path.at(-1)).length - String(one.child.path.at(-1)).length)[0];
  if (next !== undefined) return findPath(next.child, next.rest ?? "");
  const names = childrenOf(from).map(({ path }) => String(path.at(-1)));
  const asked = rest.replace(/^[.[]/, "").split(/[.[\]]/)[0] ?? "";
  return { known: formatPath(from.path), similar: didYouMean(asked, names) };
}

function restAfter(part: string | number | undefined, text: string): string | undefined {
  if (typeof part === "number") {
    const [written, index] = /^\.?\[?(\d+)\]?/.exec(text) ?? [];
    return written !== undefined && Number(index) === part ? text.slice(written.length) : undefined;
  }
  const bare = text.replace(/^\./, "");
  const rest = bare.slice(part?.length);
  return part !== undefined && bare.startsWith(part) && /^([.[]|$)/.test(rest) ? rest : undefined;
}

/** Children stand in the place of what had the same key in what their parents replaced; items of lists do not. */
function childrenOf({ tree, path, older }: Found): readonly Found[] {
  if (tree.kind === "scalar" || tree.tag === "reset") return [];
  if (tree.kind === "list") {
    return tree.items.map((item, index) => ({ tree: within(item, tree), path: [...path, index], older: [] }));
  }
  const before = [...older, ...replacedBy(tree)].filter((version) => version.kind === "map");
  const present = [...tree.entries].map(([key, { value }]) => [key, value] as const);
  return [...present, ...(tree.removed ?? [])].map(([key, value]) => ({
    tree: within(value, tree),
    path: [...path, key],
    older: before
      .flatMap((version) => version.entries.get(key)?.value ?? version.removed?.get(key) ?? [])
      .flatMap((was) => [...replacedBy(was), was]),
  }));
}

/** What an alias brought here it brought with all its parts. */
function within(part: Tree, { via }: Tree): Tree {
  return via === undefined || part.via !== undefined ? part : { ...part, via };
}

function replacedBy(tree: Tree): readonly Tree[] {
  const versions: Tree[] = [];
  for (let was = tree.replaced; was !== undefined; was = was.replaced) versions.unshift(was);
  return versions;
}

function explanationsOf(found: Found): readonly Explanation[] {
  const { tree, path, older } = found;
  const versions = [...older, ...replacedBy(tree), tree];
  const whole = { path: formatPath(path), contributions: versions.map(contributionOf) };
  if (tree.kind === "scalar" || tree.tag === "reset" || isOfOnePiece(tree)) return [whole];
  const parts = childrenOf(found).flatMap(explanationsOf);
  // A list or text that gave way to something else as a whole is not told by the parts.
  return versions.slice(0, -1).some(({ kind }) => kind !== "map") ? [whole, ...parts] : parts;
}

function contributionOf(tree: Tree): Contribution {
  const { at, via, tag } = tree;
  const place = { at, ...(via !== undefined && { via }) };
  return tag === "reset" ? { ...place, value: null, isReset: true } : { ...place, value: plainOf(tree) };
}

/** True for what was written as one value, such as a short form, and replaced nothing in part. */
function isOfOnePiece(tree: Tree): boolean {
  if (tree.kind === "scalar") return true;
  const parts = tree.kind === "list" ? tree.items : [...tree.entries.values()].map(({ value }) => value);
  return parts.every((part) => isSamePlace(part.at, tree.at) && part.replaced === undefined && isOfOnePiece(part));
}

function isSamePlace(one: Location, other: Location): boolean {
  return one.file === other.file && one.line === other.line && one.column === other.column;
}
