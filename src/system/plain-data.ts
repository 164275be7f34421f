/** A value that JSON can say. */
export type PlainData = string | number | boolean | null | readonly PlainData[] | { readonly [key: string]: PlainData };

/** What of a value no file can say: where it is, and what it is. */
export interface NotPlain {
  readonly path: readonly (string | number)[];
  readonly found: string;
}

/** Far beyond what the language needs; every reader of nested data recurses. */
const deepest = 200;

/**
 * A value as plain data: entries that are undefined are left out, `toJSON` is not asked. Gives what is not plain, instead:
 * functions, symbols, dates and other instances of classes, and what holds itself.
 */
export function plainData(value: unknown): { readonly data: PlainData } | { readonly problem: NotPlain } {
  const around = new Set<object>();
  const path: (string | number)[] = [];
  const refuse = (found: string): never => {
    throw new Refusal({ path: [...path], found });
  };
  const inside = (part: string | number, held: unknown): PlainData => {
    path.push(part);
    const data = convert(held);
    path.pop();
    return data;
  };
  const convert = (held: unknown): PlainData => {
    if (held === null || typeof held === "string" || typeof held === "boolean") return held;
    if (typeof held === "number") return Number.isFinite(held) ? held : refuse(`the number ${held}`);
    if (typeof held !== "object") return refuse(typeof held === "undefined" ? "undefined" : `a ${typeof held}`);
    if (around.has(held)) return refuse("a part of itself");
    if (around.size === deepest) return refuse(`more than ${deepest} levels`);
    around.add(held);
    const data = Array.isArray(held) ? held.map((item, index) => inside(index, item)) : ofMapping(held);
    around.delete(held);
    return data;
  };
  const ofMapping = (held: object): PlainData => {
    if (!isPlainObject(held)) return refuse(`an instance of ${held.constructor.name}`);
    const said = Object.entries(held).filter(([, each]) => each !== undefined);
    const data: Record<string, PlainData> = {};
    for (const [key, each] of said) {
      const entry = inside(key, each);
      Object.defineProperty(data, key, { value: entry, enumerable: true, configurable: true, writable: true });
    }
    return data;
  };
  try {
    return { data: convert(value) };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.problem };
    throw error;
  }
}

class Refusal extends Error {
  readonly problem: NotPlain;

  constructor(problem: NotPlain) {
    super(problem.found);
    this.problem = problem;
  }
}

/** Also of another realm, as test runners have them, and of a module's namespace. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}
