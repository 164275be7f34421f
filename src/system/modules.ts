import type { NotPlain, PlainData } from "./plain-data.ts";

/** Modules of JavaScript and TypeScript as a port: what they export by default, as data. */
export interface Modules {
  /** Runs a module as a program of its own, with these variables and no input. Throws when no program can be started. */
  evaluate(path: string, environment: Readonly<Record<string, string>>): Promise<Evaluation>;
}

/** What became of a module. */
export interface Evaluation {
  readonly outcome: Outcome;
  /** Absolute paths of the files that it consists of, packages left out. */
  readonly files: readonly string[];
  /** Lines that it has written. */
  readonly output: readonly string[];
}

/** What a module exports by default, or why there is nothing. */
export type Outcome =
  | { readonly kind: "data"; readonly data: PlainData }
  | { readonly kind: "not-plain"; readonly problem: NotPlain }
  | { readonly kind: "no-default" }
  /** It threw, or cannot be read as a module; `at` where that is known. */
  | { readonly kind: "thrown"; readonly message: string; readonly at?: ModulePlace };

/** A place in a file of a module; line and column count from 1. */
export interface ModulePlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** The modules of this machine. */
export const systemModules: Modules = {
  evaluate: async (path, environment) => (await import("./evaluate-module.ts")).evaluateModule(path, environment),
};
