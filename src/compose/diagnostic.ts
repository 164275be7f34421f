import { TscomposeError } from "../errors.ts";
import type { Location, Path, Sources } from "./source.ts";

/** One mistake, or one remark, about what the user wrote: code for machines, place for editors, words for people. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable kebab-case word, for example `unknown-key`, `wrong-type`, `dependency-cycle`. */
  readonly code: string;
  /** Absent only when no file is to blame: a flag, an environment variable, a file that does not exist. */
  readonly at?: Location;
  readonly path?: Path;
  /** What was found and what was expected: `published port must be 1-65535, got "eighty"`. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** Where stages put what they find; loading goes on, so that all mistakes are told at once. */
export type Report = (diagnostic: Diagnostic) => void;

/**
 * The compose files do not make a project: carries every mistake found, with the texts to quote from. The message has the
 * hints, too: a test runner shows little else of an error.
 */
export class InvalidProjectError extends TscomposeError {
  readonly diagnostics: readonly Diagnostic[];
  // Not for those who print whatever an error has: whole files.
  readonly #sources: Sources;

  constructor(diagnostics: readonly Diagnostic[], sources: Sources) {
    super({ code: "invalid-project", message: diagnostics.flatMap(withHint).join("\n") });
    this.diagnostics = diagnostics;
    this.#sources = sources;
  }

  get sources(): Sources {
    return this.#sources;
  }
}

function withHint(diagnostic: Diagnostic): string[] {
  const { hint } = diagnostic;
  return [formatDiagnostic(diagnostic), ...(hint === undefined ? [] : [`  hint: ${hint}`])];
}

/** One line: `compose.yaml:7:9 services.web.ports[0]: published port must be … [port-out-of-range]`. */
export function formatDiagnostic({ at, message, code }: Diagnostic): string {
  const place = at === undefined ? "" : `${at.file}:${at.line}:${at.column} `;
  return `${place}${message} [${code}]`;
}
