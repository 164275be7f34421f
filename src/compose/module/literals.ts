import { type Token, tokensOf } from "./tokens.ts";

/** A stretch of source text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** An expression, as far as it says where values are written. */
export interface Expression extends Stretch {
  /** Objects and lists written out in it: the value itself, what is spread into it, what functions are called with. */
  readonly literals: readonly Literal[];
  /** Names that stand for it, or for functions that make it. */
  readonly names: readonly string[];
}

/** An object or a list that is written out. */
export interface Literal {
  /** By name or index. */
  readonly members: ReadonlyMap<string, Member>;
  /** What else it has its members from; of several the last wins. */
  readonly others: readonly Expression[];
}

/** One value of a literal. */
export interface Member {
  /** Its name; of an item of a list, the item. */
  readonly key: Stretch;
  readonly value: Expression;
}

/** What a module's text says of where values are. */
export interface Outline {
  readonly exported: Expression | undefined;
  /** What a name was declared as. */
  readonly declared: (name: string) => Expression | undefined;
}

/**
 * Finds objects and lists in the text of a module, without knowing all of the language: enough to show where a value was
 * written, and never wrong about more than that.
 */
export function outlineOf(text: string): Outline {
  const reader = new Reader(tokensOf(text));
  const declared = new Map<string, Expression | undefined>();
  return {
    exported: reader.exported(),
    declared: (name) => {
      if (!declared.has(name)) declared.set(name, reader.declared(name));
      return declared.get(name);
    },
  };
}

/** What ends an expression that is not in brackets of its own. */
const isEnd = (text: string): boolean => /^[,;)\]}]$/.test(text);
/** Deeper text is passed over: reading recurses. */
const deepest = 250;

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  exported(): Expression | undefined {
    const at = this.#tokens.findIndex(({ text }, index) => text === "default" && this.#textAt(index - 1) === "export");
    return at < 0 ? undefined : this.#readAt(at + 1);
  }

  declared(name: string): Expression | undefined {
    const at = this.#tokens.findIndex(
      ({ text }, index) => text === name && /^(const|let|var|function)$/.test(this.#textAt(index - 1)),
    );
    if (at < 0) return undefined;
    // Past a type, or past parameters: what is assigned, or what is returned.
    const isFunction = this.#textAt(at - 1) === "function";
    for (let index = at + 1; index < this.#tokens.length && this.#textAt(index) !== ";"; index += 1) {
      if (isFunction && this.#textAt(index) === "{") return this.#readAt(index);
      if (!isFunction && this.#textAt(index) === "=") return this.#readAt(index + 1);
      if (isFunction && this.#textAt(index) === "(") index = this.#closing(index);
    }
    return undefined;
  }

  #readAt(index: number): Expression {
    this.#at = index;
    return this.#expression();
  }

  /** Up to a comma, a semicolon or a closing bracket that is not its own. */
  #expression(): Expression {
    const first = this.#at;
    const literals: Literal[] = [];
    const names: string[] = [];
    while (this.#at < this.#tokens.length && !isEnd(this.#textAt(this.#at))) {
      const { text, kind } = this.#tokens[this.#at] ?? nothing;
      const next = this.#textAt(this.#at + 1);
      if (text === "{" || text === "[") literals.push(this.#literal());
      else if (text === "(") this.#arguments(literals, names);
      else {
        // A property of something is not told from its name alone.
        if (kind === "name" && next !== "." && this.#textAt(this.#at - 1) !== ".") names.push(text);
        this.#at += 1;
      }
    }
    const start = this.#tokens[first]?.start ?? 0;
    const last = this.#tokens[Math.max(first, this.#at - 1)];
    return { start, end: last?.end ?? start, literals, names };
  }

  #arguments(literals: Literal[], names: string[]): void {
    this.#inBrackets(() => {
      const argument = this.#expression();
      literals.push(...argument.literals);
      names.push(...argument.names);
    });
  }

  #literal(): Literal {
    const members = new Map<string, Member>();
    const others: Expression[] = [];
    const isList = this.#textAt(this.#at) === "[";
    let index = 0;
    this.#inBrackets(() => {
      if (this.#textAt(this.#at) === "...") {
        this.#at += 1;
        others.push(this.#expression());
        // What comes after a list of unknown length has no index that is known.
        index = Number.NaN;
        return;
      }
      const name = isList ? undefined : this.#name();
      if (name === undefined) {
        const value = this.#expression();
        if (isList && !Number.isNaN(index)) members.set(String(index++), { key: value, value });
        else others.push(value);
        return;
      }
      const key = this.#tokens[this.#at] ?? nothing;
      const isShort = this.#textAt(this.#at + 1) !== ":";
      if (!isShort) this.#at += 2;
      members.set(name, { key, value: this.#expression() });
    });
    return { members, others: others.toReversed() };
  }

  /** What is written as the name of a property, also where that is its value as well. */
  #name(): string | undefined {
    const { kind, text } = this.#tokens[this.#at] ?? nothing;
    const next = this.#textAt(this.#at + 1);
    if (next !== ":" && !(kind === "name" && (next === "," || next === "}"))) return undefined;
    if (kind === "string") return text.slice(1, -1);
    return kind === "name" || kind === "number" ? text : undefined;
  }

  /** Reads what is between brackets, part by part, whatever the parts leave over. */
  #inBrackets(readPart: () => void): void {
    const end = this.#closing(this.#at);
    this.#at += 1;
    this.#depth += 1;
    while (this.#at < end && this.#depth <= deepest) {
      const before = this.#at;
      readPart();
      if (this.#at === before || /^[,;]$/.test(this.#textAt(this.#at))) this.#at += 1;
    }
    this.#depth -= 1;
    this.#at = end + 1;
  }

  #closing(opening: number): number {
    return this.#tokens[opening]?.partner ?? this.#tokens.length;
  }

  #textAt(index: number): string {
    return this.#tokens[index]?.text ?? "";
  }
}

const nothing: Token = { kind: "sign", text: "", start: 0, end: 0 };
