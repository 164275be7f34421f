import type { SourceLocation } from "../build.ts";

/** An instruction as it is written, with continued lines put together. */
export interface Statement {
  /** `run`, in the case that it is written in. */
  readonly word: string;
  /** `--from=build`, without quotes. */
  readonly flags: readonly string[];
  /** All behind word and flags, without blanks around. */
  readonly rest: string;
  /** The whole of it. */
  readonly original: string;
  readonly heredocs: readonly Heredoc[];
  readonly location: SourceLocation;
  /** Lines of the comment right above. */
  readonly comments: readonly string[];
}

/** A here-document: `<<EOF` and the lines up to `EOF`. */
export interface Heredoc {
  readonly name: string;
  /** Variables in it are replaced: no part of its name is quoted. */
  readonly isExpanded: boolean;
  /** `<<-`: tabs at the beginning of lines are taken away. */
  readonly isChomped: boolean;
  readonly content: string;
}

/** `# name=value` at the top of a Dockerfile. */
export interface Directives {
  readonly syntax?: string;
  readonly escape?: string;
  readonly check?: string;
}

/** A Dockerfile cut into its instructions. */
export interface Statements {
  readonly statements: readonly Statement[];
  readonly directives: Directives;
  /** What escapes a character, and continues a line. */
  readonly escape: string;
  /** Lines that end in an escape and are followed by an empty one. */
  readonly emptyContinuations: readonly SourceLocation[];
}

/** Without the tabs that `<<-` takes away. */
export function heredocText({ isChomped, content }: Heredoc): string {
  return isChomped ? content.replaceAll(/^\t+/gm, "") : content;
}
