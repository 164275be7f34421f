import { type Cast, casts } from "./casts.ts";
import type { Report } from "./diagnostic.ts";
import { below, type PathTable } from "./path-table.ts";
import { formatPath, type Location, type Path, type Sources } from "./source.ts";
import { substitute, type TemplateProblem } from "./template.ts";
import type { Entry, MapTree, ScalarTree, Tree } from "./tree.ts";

/** The variables of one file, and what is known about the texts they are used in. */
export interface Interpolation {
  readonly environment: Readonly<Record<string, string>>;
  readonly sources: Sources;
  /** Names already warned about, so that each is told once per load. */
  readonly unsetTold: Set<string>;
  /** Told of values that are not to be complained about again. */
  readonly spoil: (at: Location) => void;
}

/** Replaces `$VARIABLES` in values, never in keys, and turns the outcome into the type that its path wants. */
export function interpolate(tree: MapTree, interpolation: Interpolation, report: Report): MapTree {
  return new Interpolator(interpolation, report).map(tree, casts);
}

/** The same for one value outside of a file's tree, such as the project's name. */
export function interpolateScalar(
  scalar: ScalarTree,
  path: Path,
  interpolation: Interpolation,
  report: Report,
): ScalarTree {
  return new Interpolator(interpolation, report).scalar(scalar, undefined, path);
}

/** How many lines of a block scalar are searched for what a message is about. */
const searchedLines = 500;

class Interpolator {
  readonly #interpolation: Interpolation;
  readonly #report: Report;
  readonly #path: (string | number)[] = [];
  readonly #lines = new Map<string, readonly string[]>();

  constructor(interpolation: Interpolation, report: Report) {
    this.#interpolation = interpolation;
    this.#report = report;
  }

  /** Untouched parts are kept as they are: what aliases share stays shared. */
  map(tree: MapTree, table: PathTable<Cast> | undefined): MapTree {
    let changed: Map<string, Entry> | undefined;
    for (const [key, entry] of tree.entries) {
      const value = this.#inside(key, entry.value, below(table, key));
      if (value === entry.value) continue;
      changed ??= new Map(tree.entries);
      changed.set(key, { ...entry, value });
    }
    return changed === undefined ? tree : { ...tree, entries: changed };
  }

  scalar(tree: ScalarTree, cast: Cast | undefined, path: Path = this.#path): ScalarTree {
    if (tree.type !== "string") return tree;
    if (!tree.text.includes("$")) return cast === undefined ? tree : this.#cast(tree, cast, path);
    const refused = new Set<string>();
    const text = substitute(tree.text, {
      lookup: (name) => {
        const { environment } = this.#interpolation;
        return Object.hasOwn(environment, name) ? environment[name] : undefined;
      },
      onUnset: (name) => this.#warnUnset(name, tree, path),
      onProblem: (problem) => {
        if (!refused.has(problem.fragment)) this.#refuse(problem, tree, path);
        refused.add(problem.fragment);
      },
    });
    const outcome: ScalarTree = { ...tree, value: text, text };
    return cast === undefined || refused.size > 0 ? outcome : this.#cast(outcome, cast, path);
  }

  #inside(part: string | number, value: Tree, table: PathTable<Cast> | undefined): Tree {
    // What is reset is not read.
    if (value.tag === "reset") return value;
    this.#path.push(part);
    const outcome =
      value.kind === "map"
        ? this.map(value, table)
        : value.kind === "scalar"
          ? this.scalar(value, table?.rule)
          : this.#list(value, table);
    this.#path.pop();
    return outcome;
  }

  #list(tree: Tree & { kind: "list" }, table: PathTable<Cast> | undefined): Tree {
    const items = tree.items.map((item, index) => this.#inside(index, item, below(table, index)));
    return items.every((item, index) => item === tree.items[index]) ? tree : { ...tree, items };
  }

  /** The place of the first of some fragments within a value, where the source spells it literally. */
  #pointInto({ at }: ScalarTree, fragments: readonly string[]): Location {
    const lines = this.#linesOf(at.file);
    for (let line = at.line; line < at.line + searchedLines && line <= lines.length; line += 1) {
      for (const fragment of fragments) {
        const column = (lines[line - 1] ?? "").indexOf(fragment, line === at.line ? at.column - 1 : 0) + 1;
        if (column > 0) return { file: at.file, line, column, endColumn: column + fragment.length };
      }
    }
    return at;
  }

  #linesOf(file: string): readonly string[] {
    const known = this.#lines.get(file);
    if (known !== undefined) return known;
    const lines = (this.#interpolation.sources.get(file) ?? "").split("\n");
    this.#lines.set(file, lines);
    return lines;
  }

  #cast(tree: ScalarTree, cast: Cast, path: Path): ScalarTree {
    const meaning = cast.read(tree.text);
    if (meaning === undefined) {
      this.#report({
        severity: "error",
        code: "wrong-type",
        at: tree.at,
        path: [...path],
        message: `${formatPath(path)}: expected ${cast.expects}, got "${tree.text}"`,
      });
      this.#interpolation.spoil(tree.at);
      return tree;
    }
    if (meaning.discouraged === true) {
      this.#report({
        severity: "warning",
        code: "yaml-1.1-boolean",
        at: tree.at,
        path: [...path],
        message: `${formatPath(path)}: "${tree.text}" is no boolean of YAML 1.2`,
        hint: `write ${String(meaning.value)}`,
      });
    }
    return { ...tree, type: meaning.type, value: meaning.value };
  }

  #warnUnset(name: string, tree: ScalarTree, path: Path): void {
    const { unsetTold } = this.#interpolation;
    if (unsetTold.has(name)) return;
    unsetTold.add(name);
    this.#report({
      severity: "warning",
      code: "unset-variable",
      at: this.#pointInto(tree, [`\${${name}}`, `$${name}`]),
      path: [...path],
      message: `${formatPath(path)}: variable ${name} is not set, using an empty text`,
      hint: `set ${name} in the environment or in .env, or give a default: \${${name}:-value}`,
    });
  }

  #refuse(problem: TemplateProblem, tree: ScalarTree, path: Path): void {
    this.#report({
      severity: "error",
      at: this.#pointInto(tree, [problem.fragment]),
      path: [...path],
      ...explainProblem(problem, formatPath(path)),
    });
    this.#interpolation.spoil(tree.at);
  }
}

interface Explanation {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Words for what is wrong with a template; `where` says whose it is. */
export function explainProblem(problem: TemplateProblem, where: string): Explanation {
  switch (problem.kind) {
    case "malformed": {
      const message = `${where}: invalid interpolation format, got "${problem.fragment}"`;
      return { code: "invalid-interpolation", message, hint: "write $$ for a literal $" };
    }
    case "required": {
      const { name, reason } = problem;
      const message = `${where}: required variable ${name} is missing a value${reason === "" ? "" : `: ${reason}`}`;
      return { code: "missing-variable", message, hint: `set ${name} in the environment or in .env` };
    }
    case "too-long":
      return { code: "too-long", message: `${where}: becomes too long through "${problem.fragment}"` };
    case "too-deep":
      return { code: "too-deep", message: `${where}: defaults are nested too deeply in "${problem.fragment}"` };
  }
}
