import { formatPath, type Path } from "../compose/source.ts";
import { TscomposeError, type ErrorCode } from "../errors.ts";

/** Something that makes a plan impossible: found before anything is done. */
export interface Problem {
  readonly code: ErrorCode;
  /** What is to blame: `["services", "web", "annotations"]`; absent when no file is. */
  readonly path?: Path;
  /** What is the matter with it: `needs engine API 1.43, got 1.41`. */
  readonly message: string;
  readonly hint?: string;
}

/** Where planning puts what it finds; it goes on, so that all problems are told at once. */
export type ReportProblem = (problem: Problem) => void;

/** Planning found problems: nothing has been done. */
export class ImpossiblePlanError extends TscomposeError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const hints = new Set(problems.flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
    super({
      code: first?.code ?? "unsupported",
      message: [...new Set(problems.map(describeProblem))].join("\n"),
      ...(hints.size === 0 ? {} : { hint: [...hints].join("\n") }),
    });
    this.problems = problems;
  }
}

/** One line: `services.web.annotations: needs engine API 1.43, got 1.41`. */
export function describeProblem({ path, message }: Problem): string {
  return path === undefined ? message : `${formatPath(path)}: ${message}`;
}
