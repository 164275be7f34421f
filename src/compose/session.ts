import { isAbsolute, relative, sep } from "node:path";
import type { Files } from "../system/files.ts";
import type { Modules } from "../system/modules.ts";
import { type Diagnostic, InvalidProjectError, type Report } from "./diagnostic.ts";
import { Doubts } from "./doubts.ts";
import { type Budget, fullBudget } from "./parse.ts";
import { mostMebibytes, type ReadText, readText } from "./read-text.ts";
import { type Copies, fetchCopies, type FetchRemote } from "./remote.ts";
import type { Location } from "./source.ts";

/** The outside world as one load needs it. */
export interface World {
  readonly files: Files;
  readonly workingDirectory: string;
  readonly modules?: Modules;
  readonly fetchRemote?: FetchRemote;
}

/** Compose files that came from afar. */
export interface Fetched {
  /** As somebody named them. */
  readonly reference: string;
  /** Where a compose file names them; absent: the user did. */
  readonly at?: Location;
  readonly copies: Copies;
}

/** The text of a file, under the name that messages use. */
export interface SourceText {
  readonly path: string;
  readonly name: string;
  readonly text: string;
}

/** What a file is read for. */
export interface Purpose {
  /** Where it is named. */
  readonly from?: Location | undefined;
  /** `variables` where they are, a compose file otherwise. */
  readonly holds?: keyof typeof mostMebibytes;
}

/** Mistakes told at once, and warnings; who made more will not read them all. */
const mostTold = 200;
/** Longest message: what the user wrote may be longer than anyone wants to see again. */
const longestText = 500;

/** What the stages of one load share: the texts they quote, and the mistakes they collect. */
export class LoadSession {
  readonly sources: Map<string, string> = new Map();
  readonly unsetTold: Set<string> = new Set();
  readonly doubts: Doubts = new Doubts();
  readonly budget: Budget = fullBudget();
  /** Models included so far; some include each other more often than anyone can wait for. */
  includedModels = 0;
  readonly #world: World;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #told = new Set<string>();
  readonly #count = { error: 0, warning: 0 };
  readonly #texts = new Map<string, Promise<ReadText>>();
  readonly #copies = new Map<string, Promise<Copies | undefined>>();
  readonly #fetched: Fetched[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  get files(): Files {
    return this.#world.files;
  }

  get fetchRemote(): FetchRemote | undefined {
    return this.#world.fetchRemote;
  }

  /** What was fetched, in order. */
  get fetched(): readonly Fetched[] {
    return this.#fetched;
  }

  get modules(): Modules | undefined {
    return this.#world.modules;
  }

  get hasErrors(): boolean {
    return this.#count.error > 0;
  }

  get errorCount(): number {
    return this.#count.error;
  }

  get warnings(): readonly Diagnostic[] {
    return this.#inOrder().filter(({ severity }) => severity === "warning");
  }

  /** Notes a diagnostic once, unless it only follows from another one. Ends the load when there are too many. */
  readonly report: Report = (diagnostic) => {
    if (this.doubts.explain(diagnostic)) return;
    const { severity } = diagnostic;
    const identity = identify(diagnostic);
    if (this.#told.has(identity)) return;
    this.#told.add(identity);
    this.#count[severity] += 1;
    if (this.#count[severity] <= mostTold) {
      this.#diagnostics.push(shortened(diagnostic));
      return;
    }
    if (this.#count[severity] === mostTold + 1) this.#diagnostics.push(andSoOn(diagnostic));
    if (severity === "error") throw this.failure();
  };

  /** Notes what is wrong with the value at a place; the stages that follow go on without that value. */
  readonly reject: Report = (diagnostic) => {
    this.report(diagnostic);
    if (diagnostic.severity === "error" && diagnostic.at !== undefined) this.doubts.spoil(diagnostic.at);
  };

  /** Keeps later stages from complaining about what is left of a value that was told to be wrong. */
  get spoil(): (at: Location) => void {
    return this.doubts.spoil;
  }

  /** The error that tells all mistakes so far. */
  failure(): InvalidProjectError {
    return new InvalidProjectError(this.#inOrder(), this.sources);
  }

  /** Ends the load when there were mistakes. */
  expectSound(): void {
    if (this.hasErrors) throw this.failure();
  }

  /** The name of a file in messages: relative to where the user is, when it is inside. */
  nameOf(path: string): string {
    if (path === "-") return path;
    const inside = relative(this.#world.workingDirectory, path);
    const isInside = inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
    return isInside ? inside : path;
  }

  /** Reads a file that has to be there; `undefined` when that was reported as a mistake of what is at `from`. */
  async read(path: string, purpose: Purpose = {}): Promise<SourceText | undefined> {
    const source = await this.find(path, purpose);
    if (source !== "missing") return source;
    const { from, holds } = purpose;
    const name = this.nameOf(path);
    const message = holds === "variables" ? `couldn't find env file: ${path}` : `${name}: no such file (${path})`;
    this.report({ severity: "error", code: "file-not-found", message, ...(from && { at: from }) });
    return undefined;
  }

  /** Reads a file that may be there; `undefined` when it cannot be read, which was reported. */
  async find(path: string, { from, holds = "compose" }: Purpose): Promise<SourceText | "missing" | undefined> {
    const reading = this.#texts.get(path) ?? readText(path, this.files, mostMebibytes[holds]);
    this.#texts.set(path, reading);
    const found = await reading;
    if (found.kind === "missing") return found.kind;
    if (found.kind === "text") return this.quote(path, found.text);
    const name = this.nameOf(path);
    const at = from ?? { file: name, line: 1, column: 1 };
    this.report({ severity: "error", code: found.code, at, message: `${name}: ${found.problem}` });
    return undefined;
  }

  /** Local copies of compose files from afar, fetched once; `undefined` when that was reported as a mistake. */
  async copiesOf(reference: string, at?: Location): Promise<Copies | undefined> {
    const known = this.#copies.get(reference);
    if (known !== undefined) return known;
    const fetching = fetchCopies(reference, this, at);
    this.#copies.set(reference, fetching);
    const copies = await fetching;
    if (copies !== undefined) this.#fetched.push({ reference, ...(at && { at }), copies });
    return copies;
  }

  /** Makes a text known to messages. */
  quote(path: string, text: string): SourceText {
    const name = this.nameOf(path);
    this.sources.set(name, text);
    return { path, name, text };
  }

  /** File by file as they were read, line by line; first what no file is to blame for. */
  #inOrder(): readonly Diagnostic[] {
    const files = [...this.sources.keys()];
    const rank = ({ at }: Diagnostic): number => (at === undefined ? -1 : files.indexOf(at.file));
    return this.#diagnostics.toSorted(
      (one, other) =>
        rank(one) - rank(other) ||
        (one.at?.line ?? 0) - (other.at?.line ?? 0) ||
        (one.at?.column ?? 0) - (other.at?.column ?? 0),
    );
  }
}

function andSoOn({ severity, at }: Diagnostic): Diagnostic {
  const message = `more than ${mostTold} ${severity}s: the others are not told`;
  return { severity, code: "too-many-mistakes", message, ...(at !== undefined && { at }) };
}

/** Services that share a base or an anchor share its mistakes, which are mended at one place. */
function identify({ code, at, message }: Diagnostic): string {
  const says = at === undefined ? message : message.replace(/^services\.[^.[:]+/, "services.*");
  return [code, at?.file, at?.line, at?.column, says].join("\n");
}

function shortened(diagnostic: Diagnostic): Diagnostic {
  const { message, hint } = diagnostic;
  return { ...diagnostic, message: cut(message), ...(hint !== undefined && { hint: cut(hint) }) };
}

function cut(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`;
}
