import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap, type YAMLSeq } from "yaml";
import type { Report } from "./diagnostic.ts";
import { type Meaning, resolvePlain } from "./scalar.ts";
import { formatPath, type Location } from "./source.ts";
import type { Entry, ListTree, MapTree, ScalarTree, Tree } from "./tree.ts";

/** How many collections may sit inside each other: real files stay below twenty, and every stage recurses. */
export const deepestNesting = 250;

/** How many values aliases may add to a document: enough for any real file, too few for "a billion laughs". */
const mostAliasedNodes = 200_000;

/** Finds the place of a stretch of text; without `end`, of a single point. */
export type Placer = (start: number, end?: number) => Location;

/**
 * Grows a tree from the nodes of one YAML document; `undefined` when it would be too large. Anchors are kept in a map on
 * the way, because `Alias.resolve` of the library searches the whole document each time; an alias shares the tree of
 * its anchor, whatever its size.
 */
export function plant(root: Node | null, place: Placer, report: Report): Tree | undefined {
  const planting = new Planting(place, report);
  const tree = planting.grow(root, place(0));
  return planting.isExhausted ? undefined : tree;
}

interface Planted {
  readonly tree: Tree;
  readonly nodes: number;
  readonly height: number;
}

class Planting {
  readonly #place: Placer;
  readonly #report: Report;
  readonly #anchors = new Map<string, Planted | "growing">();
  readonly #path: (string | number)[] = [];
  #nodes = 0;
  #deepest = 0;
  #aliasedNodes = 0;
  #isExhausted = false;

  constructor(place: Placer, report: Report) {
    this.#place = place;
    this.#report = report;
  }

  /** True when the document stands for more than anyone can mean. */
  get isExhausted(): boolean {
    return this.#isExhausted;
  }

  /** `fallback` is the place of a value that was left out, as in `key:`. */
  grow(node: Node | null, fallback: Location): Tree {
    if (node === null) return nothing(fallback);
    if (isAlias(node)) return this.#growAlias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#growCounted(node);

    const nodesBefore = this.#nodes;
    const deepestBefore = this.#deepest;
    this.#anchors.set(anchor, "growing");
    this.#deepest = this.#path.length;
    const tree = this.#growCounted(node);
    this.#anchors.set(anchor, {
      tree,
      nodes: this.#nodes - nodesBefore,
      height: this.#deepest - this.#path.length,
    });
    this.#deepest = Math.max(deepestBefore, this.#deepest);
    return tree;
  }

  #growCounted(node: Node): Tree {
    this.#nodes += 1;
    this.#deepest = Math.max(this.#deepest, this.#path.length);
    const at = this.#locate(node);
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing(at);
    const tag = this.#mark(node.tag, at);
    const tree = this.#growUnmarked(node, at);
    return tag === undefined ? tree : { ...tree, tag };
  }

  #growUnmarked(node: Scalar | YAMLMap | YAMLSeq, at: Location): Tree {
    if (isMap(node)) return { kind: "map", at, entries: this.#growEntries(node) };
    if (isSeq(node)) return { kind: "list", at, items: this.#growItems(node.items, at) };
    return this.#growScalar(node, at);
  }

  #growItems(items: readonly unknown[], at: Location): ListTree["items"] {
    return items.map((item, index) => this.#growInside(index, item, at));
  }

  #growEntries(map: YAMLMap): MapTree["entries"] {
    const entries = new Map<string, Entry>();
    let merged: { readonly base: Tree; readonly at: Location } | undefined;
    for (const pair of map.items) {
      const key = asNode(pair.key);
      const keyAt = key === null ? this.#locate(map) : this.#locate(key);
      if (isMergeKey(key)) {
        if (merged === undefined) merged = { base: this.grow(asNode(pair.value), after(keyAt)), at: keyAt };
        else this.#refuseDuplicate("<<", keyAt, merged.at);
        continue;
      }
      const name = this.#keyText(key, keyAt);
      if (name === undefined) continue;
      const known = entries.get(name);
      const value = this.#growInside(name, pair.value, keyAt);
      if (known !== undefined) this.#refuseDuplicate(name, keyAt, known.keyAt);
      else entries.set(name, { keyAt, value });
    }
    if (merged !== undefined) this.#merge(merged.base, merged.at, entries);
    return entries;
  }

  /** `<<: *base`: what the map itself says wins, then the first of several bases. */
  #merge(base: Tree, at: Location, into: Map<string, Entry>): void {
    const bases = base.kind === "list" ? base.items : [base];
    for (const map of bases) {
      if (map.kind !== "map") {
        if (this.#isExhausted) return;
        this.#refuse("wrong-type", map.at, '"<<" takes a mapping or a list of mappings');
        continue;
      }
      for (const [key, { keyAt, value }] of map.entries) {
        const known = into.get(key);
        if (known === undefined) into.set(key, { keyAt, value: { ...value, via: at } });
        else if (known.value.via !== at) into.set(key, { ...known, value: inPlaceOf(value, known.value, at) });
      }
    }
  }

  #growAlias(alias: Alias): Tree {
    const at = this.#locate(alias);
    const anchored = this.#anchors.get(alias.source);
    if (anchored === undefined) {
      this.#refuse(
        "unknown-anchor",
        at,
        `unknown anchor "${alias.source}"`,
        `anchors are written &${alias.source}, before their first use`,
      );
      return nothing(at);
    }
    if (anchored === "growing") {
      this.#refuse("alias-cycle", at, `alias "${alias.source}" is part of what it stands for`);
      return nothing(at);
    }
    return this.#isWithinLimits(anchored, at) ? { ...anchored.tree, via: at } : nothing(at);
  }

  /** Told once: after that, aliases stand for nothing, so that a hostile document ends quickly. */
  #isWithinLimits({ nodes, height }: Planted, at: Location): boolean {
    if (this.#isExhausted) return false;
    this.#nodes += nodes;
    this.#aliasedNodes += nodes;
    this.#deepest = Math.max(this.#deepest, this.#path.length + height);
    const isTooMany = this.#aliasedNodes > mostAliasedNodes;
    if (!isTooMany && this.#deepest <= deepestNesting) return true;
    this.#isExhausted = true;
    if (isTooMany) this.#refuse("too-many-aliases", at, `aliases stand for more than ${mostAliasedNodes} values`);
    else this.#refuse("too-deep", at, `nested more than ${deepestNesting} levels deep`);
    return false;
  }

  #keyText(key: Node | null, at: Location): string | undefined {
    const scalar = key === null ? nothing(at) : this.grow(key, at);
    if (scalar.kind === "scalar" && scalar.type === "string") return scalar.text;
    const where = this.#path.length === 0 ? "at top level" : `in ${formatPath(this.#path)}`;
    const shown = scalar.kind === "scalar" ? scalar.text || "nothing" : `a ${scalar.kind}`;
    const hint = scalar.kind === "scalar" ? `write "${scalar.text}"` : undefined;
    this.#refuse("wrong-type", at, `non-string key ${where}: ${shown}`, hint);
    return scalar.kind === "scalar" && scalar.text !== "" ? scalar.text : undefined;
  }

  #growScalar({ source = "", type: style, tag }: Scalar, at: Location): ScalarTree {
    if (tag === "tag:yaml.org,2002:binary") return { kind: "scalar", at, ...binary(source) };
    const { type, value } = this.#meaning(source, style === "PLAIN", tag, at);
    return { kind: "scalar", at, type, value, text: source };
  }

  #meaning(source: string, isPlain: boolean, tag: string | undefined, at: Location): Meaning {
    const asText: Meaning = { type: "string", value: source };
    if (tag === undefined || tag === "!" || tag === "!reset" || tag === "!override") {
      return isPlain ? resolvePlain(source) : asText;
    }
    const wanted = /^tag:yaml\.org,2002:(null|bool|int|float|timestamp)$/.exec(tag)?.[1];
    if (wanted === undefined) return asText;
    const meaning = resolvePlain(source);
    if (meaning.type === wanted) return meaning;
    if (wanted === "float" && meaning.type === "int") return { type: "float", value: Number(meaning.value) };
    this.#refuse("wrong-type", at, `not a value of type !!${wanted}, got "${source}"`);
    return asText;
  }

  #mark(tag: string | undefined, at: Location): "reset" | "override" | undefined {
    if (tag === undefined || tag === "!" || tag.startsWith("tag:yaml.org,2002:")) return undefined;
    if (tag === "!reset") return "reset";
    if (tag === "!override") return "override";
    const hint = "compose knows !reset and !override";
    this.#report({ severity: "warning", code: "unknown-tag", at, message: `tag ${tag} has no meaning`, hint });
    return undefined;
  }

  /** What stands at a key or an index; a value that was left out is placed after its key. */
  #growInside(part: string | number, content: unknown, at: Location): Tree {
    const node = asNode(content);
    this.#path.push(part);
    const tree = this.grow(node, node === null && typeof part === "string" ? after(at) : at);
    this.#path.pop();
    return tree;
  }

  #locate({ range }: Node): Location {
    return range ? this.#place(range[0], range[1]) : this.#place(0);
  }

  #refuseDuplicate(key: string, at: Location, first: Location): void {
    const where = formatPath([...this.#path, key]);
    this.#refuse(
      "duplicate-key",
      at,
      `mapping key "${key}" already defined at line ${first.line}: ${where}`,
      "keep one of the two",
    );
  }

  #refuse(code: string, at: Location, message: string, hint?: string): void {
    const path = [...this.#path];
    this.#report({ severity: "error", code, at, path, message, ...(hint === undefined ? {} : { hint }) });
  }
}

function asNode(value: unknown): Node | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null;
}

/** Only the plain form merges: `"<<"` is an ordinary key. */
function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.source === "<<";
}

function nothing(at: Location): ScalarTree {
  return { kind: "scalar", at, type: "null", value: null, text: "" };
}

/** The value that a mapping writes itself remembers the one that it would have by merging, but no more than that. */
function inPlaceOf(base: Tree, own: Tree, via: Location): Tree {
  if (own.replaced !== undefined) return own;
  const { replaced: _, ...alone } = base;
  return { ...own, replaced: { ...alone, via } };
}

function after(key: Location): Location {
  return key.endColumn === undefined ? key : { file: key.file, line: key.line, column: key.endColumn + 1 };
}

function binary(source: string): Pick<ScalarTree, "type" | "value" | "text"> {
  const text = Buffer.from(source, "base64").toString("utf8");
  return { type: "string", value: text, text };
}
