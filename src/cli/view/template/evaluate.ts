import { UsageError } from "../../../errors.ts";
import { elements, isTrue, printed, templateFunctions, type TemplateFunction } from "./functions.ts";
import type { Command, Operand, Pipeline, TemplateNode } from "./parse.ts";

/** How a template is read: strictly for rows, leniently for headers, where fields are titles. */
export interface EvaluateOptions {
  readonly functions?: Readonly<Record<string, TemplateFunction>>;
  /** True: a field that is not there is `<no value>` instead of a mistake. */
  readonly allowsMissing?: boolean;
}

/** Fills a template with one row. Fields that are functions are methods: `.Label "name"`. */
export function evaluateTemplate(
  nodes: readonly TemplateNode[],
  row: unknown,
  { functions = templateFunctions, allowsMissing = false }: EvaluateOptions = {},
): string {
  return new Evaluation(functions, allowsMissing, new Map([["", row]])).run(nodes, row);
}

class Evaluation {
  readonly #functions: Readonly<Record<string, TemplateFunction>>;
  readonly #allowsMissing: boolean;
  readonly #variables: Map<string, unknown>;

  constructor(
    functions: Readonly<Record<string, TemplateFunction>>,
    allowsMissing: boolean,
    variables: Map<string, unknown>,
  ) {
    this.#functions = functions;
    this.#allowsMissing = allowsMissing;
    this.#variables = variables;
  }

  run(nodes: readonly TemplateNode[], dot: unknown): string {
    return nodes.map((node) => this.#node(node, dot)).join("");
  }

  #node(node: TemplateNode, dot: unknown): string {
    if (node.kind === "text") return node.text;
    const value = this.#pipeline(node.pipeline, dot);
    switch (node.kind) {
      case "output":
        return node.pipeline.declares.length > 0 ? "" : printed(value);
      case "if":
        return this.run(isTrue(value) ? node.body : node.otherwise, dot);
      case "with":
        return isTrue(value) ? this.run(node.body, value) : this.run(node.otherwise, dot);
      case "range":
        return isTrue(value) ? this.#range(node, value) : this.run(node.otherwise, dot);
    }
  }

  #range({ pipeline, body }: Exclude<TemplateNode, { kind: "text" | "output" }>, list: unknown): string {
    const keys = Array.isArray(list) ? undefined : Object.keys(Object(list));
    return elements(list)
      .map((element, position) => {
        const [first, second] = pipeline.declares;
        if (second !== undefined) this.#variables.set(second, element);
        if (first !== undefined)
          this.#variables.set(first, second === undefined ? element : (keys?.[position] ?? position));
        return this.run(body, element);
      })
      .join("");
  }

  #pipeline({ declares, commands }: Pipeline, dot: unknown): unknown {
    const value = commands.reduce<readonly unknown[]>((piped, command) => [this.#command(command, dot, piped)], [])[0];
    if (declares.length === 1) this.#variables.set(declares[0] ?? "", value);
    return value;
  }

  #command([first, ...rest]: Command, dot: unknown, piped: readonly unknown[]): unknown {
    const args = [...rest.map((operand) => this.#operand(operand, dot, [])), ...piped];
    return this.#operand(first, dot, args);
  }

  #operand({ base, fields }: Operand, dot: unknown, args: readonly unknown[]): unknown {
    const start = this.#base(base, dot, fields.length === 0 ? args : []);
    return fields.reduce(
      (value, field, position) => this.#field(value, field, position === fields.length - 1 ? args : []),
      start,
    );
  }

  #base(base: Operand["base"], dot: unknown, args: readonly unknown[]): unknown {
    switch (base.kind) {
      case "dot":
        return dot;
      case "literal":
        return base.value;
      case "variable":
        if (!this.#variables.has(base.name)) throw new UsageError(`--format: undefined variable "$${base.name}"`);
        return this.#variables.get(base.name);
      case "pipeline":
        return this.#pipeline(base.pipeline, dot);
      case "function":
        return this.#call(base.name, args);
    }
  }

  #call(name: string, args: readonly unknown[]): unknown {
    const found = Object.hasOwn(this.#functions, name) ? this.#functions[name] : undefined;
    if (found !== undefined) return found(...args);
    throw new UsageError(`--format: no function "${name}"`, `functions: ${Object.keys(templateFunctions).join(", ")}`);
  }

  #field(value: unknown, name: string, args: readonly unknown[]): unknown {
    const has = typeof value === "object" && value !== null && Object.hasOwn(value, name);
    if (!has && !this.#allowsMissing) throw unknownField(value, name);
    if (!has) return undefined;
    // A field of the row that has nothing to tell is empty text; only what is not there at all is "<no value>".
    const found: unknown = Reflect.get(value, name) ?? "";
    return typeof found === "function" ? (Reflect.apply(found, value, args) as unknown) : found;
  }
}

function unknownField(value: unknown, name: string): UsageError {
  if (typeof value !== "object" || value === null) {
    return new UsageError(`--format: "${printed(value)}" has no fields, got ".${name}"`);
  }
  return new UsageError(
    `--format: no field ".${name}"`,
    `fields: ${Object.keys(value)
      .map((key) => `.${key}`)
      .join(", ")}`,
  );
}
