import { formatDuration, parseDuration } from "../canonical/durations.ts";
import { parseSize } from "../canonical/sizes.ts";
import { printScalar } from "../scalar.ts";
import type { ScalarTree, Tree } from "../tree.ts";
import { type Codec, type Reading, refuse, remark } from "./codec.ts";
import { scalarOf } from "./scalars.ts";

/** A whole number; zero is not written. */
export const integer: Codec<number> = {
  read: (tree, reading) => {
    const value = readNumber(tree, reading, "a whole number");
    if (value === undefined || Number.isInteger(value)) return withinLimits(value, tree, reading);
    const whole = Math.trunc(value);
    remark(tree, reading, `expected a whole number, got ${value}`, `${whole} is used: write it so`);
    return whole;
  },
  write: (value) => value,
  isZero: (value) => value === 0,
};

/** A whole number that nothing else stands for: neither `1e2` nor text. */
export const exactInteger: Codec<number> = {
  ...integer,
  read: (tree, reading) => {
    if (tree.kind === "scalar" && (tree.type === "int" || tree.value === null)) return integer.read(tree, reading);
    return refuse(tree, reading, `expected a whole number, got ${show(tree)}`);
  },
};

/** A whole number from zero on, not written as text; zero is not written. */
export const natural: Codec<number> = {
  ...integer,
  read: (tree, reading) => {
    const value = tree.kind === "scalar" && tree.type === "string" ? Number.NaN : integer.read(tree, reading);
    if (value === undefined || value >= 0) return value;
    return refuse(tree, reading, `expected a whole number from 0 on, got ${show(tree)}`);
  },
};

/** A number that docker compose keeps with the precision of 32 bits; zero is not written. */
export const float32: Codec<number> = {
  read: (tree, reading) => readNumber(tree, reading, "a number"),
  write: shortestFloat32,
  isZero: (value) => value === 0,
};

/** A number of bytes, `512m` in files; written as text. */
export const bytes: Codec<number> = {
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "a size");
    if (scalar === undefined) return undefined;
    if (scalar.type === "float") {
      const written = `expected a whole number of bytes, or text with a unit, got ${scalar.text}`;
      return remark(tree, reading, written, "it has no effect: docker compose ignores it, too");
    }
    const size = scalar.type === "int" ? Number(scalar.value) : parseSize(printScalar(scalar));
    if (size !== undefined) return withinLimits(size, tree, reading);
    return refuse(tree, reading, `expected a size, got ${show(tree)}`, 'write a number and a unit: "512m"');
  },
  write: (value) => String(BigInt(value)),
  isZero: (value) => value === 0,
};

/** A stretch of time in nanoseconds, `1m30s` in files; zero is not written. */
export const duration: Codec<number> = {
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "a duration");
    if (scalar === undefined) return undefined;
    const hint = 'write numbers with units: "1m30s"';
    return parseDuration(printScalar(scalar)) ?? refuse(tree, reading, `expected a duration, got ${show(tree)}`, hint);
  },
  write: formatDuration,
  isZero: (value) => value === 0,
};

/** A stretch of time in microseconds, a number or `400ms` in files; zero is not written. */
export const microseconds: Codec<number> = {
  ...integer,
  read: (tree, reading) => {
    const nanoseconds = tree.kind === "scalar" ? parseDuration(tree.text) : undefined;
    return nanoseconds === undefined ? integer.read(tree, reading) : Math.trunc(nanoseconds / 1000);
  },
};

/** Permission bits, `0440` or `"0440"` in files; written as octal text. */
export const fileMode: Codec<number> = {
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "permission bits");
    if (scalar === undefined) return undefined;
    if (scalar.type === "int") return withinLimits(Number(scalar.value), tree, reading);
    if (scalar.type === "string" && /^[+-]?[0-7]+$/.test(scalar.text)) return Number.parseInt(scalar.text, 8);
    return refuse(tree, reading, `expected octal permission bits, got ${show(tree)}`, 'write for example "0440"');
  },
  write: (value) => `0${value.toString(8)}`,
  isZero: () => false,
};

function readNumber(tree: Tree, reading: Reading, expected: string): number | undefined {
  const scalar = scalarOf(tree, reading, expected);
  if (scalar === undefined) return undefined;
  const value = scalar.text.trim() === "" ? Number.NaN : Number(scalar.value);
  return Number.isNaN(value) ? refuse(tree, reading, `expected ${expected}, got ${show(tree)}`) : value;
}

/** Past 2^53 the number that is kept would be another one than is written. */
function withinLimits(value: number | undefined, tree: Tree, reading: Reading): number | undefined {
  if (value === undefined || Number.isSafeInteger(value)) return value;
  const limit = value > 0 ? `at most ${Number.MAX_SAFE_INTEGER}` : `at least ${Number.MIN_SAFE_INTEGER}`;
  return refuse(tree, reading, `expected ${limit}, got ${show(tree)}`);
}

function show(tree: Tree): string {
  return tree.kind === "scalar" ? showScalar(tree) : `a ${tree.kind === "map" ? "mapping" : "list"}`;
}

function showScalar({ type, text }: ScalarTree): string {
  return type === "string" ? JSON.stringify(text) : text;
}

/** The fewest digits that mean the same number of 32 bits: what Go prints. */
function shortestFloat32(value: number): number {
  const target = Math.fround(value);
  for (let digits = 1; digits < 10; digits += 1) {
    const candidate = Number(target.toPrecision(digits));
    if (Math.fround(candidate) === target) return candidate;
  }
  return target;
}
