import { isDeepStrictEqual } from "node:util";
import type { Definition } from "./proof.ts";

/** Definitions put together into as few as can be: what does not contradict goes into one. */
export class Bundle {
  readonly #prefix: string;
  readonly #base: Definition;
  readonly #taken: { readonly given: Definition; readonly isClosed: boolean }[] = [{ given: {}, isClosed: true }];

  /** Each is named by the prefix and a number, and has the base unless it says otherwise. */
  constructor(prefix: string, base: Definition) {
    this.#prefix = prefix;
    this.#base = base;
  }

  /** Name of the one that has nothing but the base: what all others must differ from. */
  get plain(): string {
    return `${this.#prefix}0`;
  }

  /** The definitions by name. */
  get definitions(): Readonly<Record<string, Definition>> {
    return Object.fromEntries(
      this.#taken.map(({ given }, index) => [`${this.#prefix}${index}`, over(this.#base, given)]),
    );
  }

  /** Puts one in, alone where it must be; returns the name of the definition that has it. */
  add(given: Definition, { isApart = false }: { readonly isApart?: boolean } = {}): string {
    const room = this.#taken.findIndex(
      (each) => !isApart && !each.isClosed && together(each.given, given) !== undefined,
    );
    if (room === -1) return `${this.#prefix}${this.#taken.push({ given, isClosed: isApart }) - 1}`;
    const both = together(this.#taken[room]?.given ?? {}, given) ?? given;
    this.#taken[room] = { given: both, isClosed: false };
    return `${this.#prefix}${room}`;
  }
}

/** Both at once; undefined where they contradict. */
function together(one: Definition, other: Definition): Definition | undefined {
  const both: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const known = both[key];
    const merged = isMap(known) && isMap(value) ? together(known, value) : value;
    if (merged === undefined) return undefined;
    if (key in both && !isMap(value) && !isDeepStrictEqual(known, value)) return undefined;
    both[key] = merged;
  }
  return both;
}

/** The second, completed by the first. */
function over(base: Definition, given: Definition): Definition {
  const inner = Object.entries(given).map(([key, value]) => {
    const below = base[key];
    return [key, isMap(below) && isMap(value) ? over(below, value) : value];
  });
  return { ...base, ...Object.fromEntries(inner) };
}

function isMap(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
