import type { Report } from "../diagnostic.ts";
import { formatPath, type Path } from "../source.ts";
import type { Tree } from "../tree.ts";

/**
 * A value in the canonical language, the way docker compose holds it: an object is a Go struct, written in the order of
 * its fields; a Map is a Go map, whose keys are sorted when it is written.
 */
export type Encoded =
  | string
  | number
  | boolean
  | null
  | readonly Encoded[]
  | ReadonlyMap<string, Encoded>
  | { readonly [key: string]: Encoded };

/** docker compose writes some attributes differently in JSON (also hashed) and in YAML. */
export type Form = "json" | "yaml";

/** Where a codec reads, and where it tells what it cannot read. */
export interface Reading {
  readonly path: Path;
  readonly report: Report;
}

/** One kind of attribute in both directions: from the tree of the files, and back to the canonical language. */
export interface Codec<Value> {
  /** Undefined for nothing, and for what makes no sense, which has been reported then. */
  readonly read: (tree: Tree, reading: Reading) => Value | undefined;
  readonly write: (value: Value, form: Form) => Encoded;
  /** True for values that docker compose does not write. */
  readonly isZero: (value: Value, form: Form) => boolean;
  /** What docker compose writes for an attribute that is not set; left out: nothing. */
  readonly absent?: (form: Form) => Encoded | undefined;
  readonly isUnwritten?: boolean;
  /** Zero is kept: it asks for something else than silence does. */
  readonly isZeroTold?: boolean;
}

/** Tells that a value makes no sense; returns undefined for the codec to return. */
export function refuse(tree: Tree, { path, report }: Reading, what: string, hint?: string): undefined {
  const message = `${formatPath(path)}: ${what}`;
  report({ severity: "error", code: "invalid-value", at: tree.at, path, message, ...(hint !== undefined && { hint }) });
  return undefined;
}

/** Tells that a value is taken for something else than it seems to say; returns undefined for nothing. */
export function remark(tree: Tree, { path, report }: Reading, what: string, hint: string): undefined {
  const message = `${formatPath(path)}: ${what}`;
  report({ severity: "warning", code: "odd-value", at: tree.at, path, message, hint });
  return undefined;
}

/** Read, but not written: docker compose 2.40 knows the attribute in its schema only. */
export function unwritten<Value>(codec: Codec<Value>): Codec<Value> {
  return { ...codec, isUnwritten: true };
}

/** Reading one step deeper. */
export function below(reading: Reading, part: string | number): Reading {
  return new Deeper(reading, part);
}

/** Its path is put together only where there is something to tell. */
class Deeper implements Reading {
  readonly report: Report;
  readonly #outer: Reading;
  readonly #part: string | number;

  constructor(outer: Reading, part: string | number) {
    this.report = outer.report;
    this.#outer = outer;
    this.#part = part;
  }

  get path(): Path {
    return [...this.#outer.path, this.#part];
  }
}

/** Written whenever it is set, even to zero. */
export function whenSet<Value>(codec: Codec<Value>): Codec<Value> {
  return { ...codec, isZero: () => false };
}

/** Kept when it is zero, and written where people read; in JSON docker compose has no zero, and hashes must agree. */
export function toldZero<Value>(codec: Codec<Value>): Codec<Value> {
  return { ...codec, isZeroTold: true, isZero: (value, form) => form === "json" && codec.isZero(value, form) };
}

/** Written in JSON even when not set, as docker compose does with structs that are no pointers. */
export function embedded<Value extends object>(codec: Codec<Value>, nothing: Value): Codec<Value> {
  const isZero = (value: Value, form: Form): boolean =>
    form === "yaml" && Object.keys(codec.write(value, form) ?? {}).length === 0;
  return { ...codec, isZero, absent: (form) => (form === "json" ? codec.write(nothing, form) : undefined) };
}

/** Name of an attribute in the language: `memLimitBytes` is `mem_limit`, `isExternal` is `external`. */
export function attributeName(property: string): string {
  const bare = property.replace(/(Bytes|Ns)$/, "").replace(/^is(?=[A-Z])/, "");
  return bare.replace(/^[A-Z]/, (letter) => letter.toLowerCase()).replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}
