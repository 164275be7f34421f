import { withoutSecrets } from "../../actions/cover-error.ts";
import { describeProblem, ImpossiblePlanError } from "../../actions/impossible-plan.ts";
import { type Diagnostic, InvalidProjectError, formatDiagnostic } from "../../compose/diagnostic.ts";
import type { Loaded } from "../../compose/load.ts";
import type { Location, Sources } from "../../compose/source.ts";
import { TscomposeError } from "../../errors.ts";
import type { Io, Output } from "../io.ts";
import { decideDisplay, type Display } from "../display.ts";
import { fromHere } from "../hint.ts";
import { describeFailure, ExecutionError, type Failure } from "../outcome.ts";
import type { GlobalFlags } from "../project-options.ts";
import { type Paint, paintFor } from "./paint.ts";

/** Where an error happened. */
export interface ErrorContext {
  readonly io: Io;
  readonly flags: GlobalFlags;
  /** The files that were read before, in which a mistake may have its place. */
  readonly loaded?: Pick<Loaded, "locate" | "sources"> | undefined;
}

/** Tells on stderr what went wrong and what to do next: lines for people, one JSON object for programs. */
export function showError(thrown: unknown, { io, flags, loaded }: ErrorContext): void {
  const error = withoutSecrets(thrown);
  const { progress, colorsOn } = displayFor(io, flags);
  const mistakes = withHintsFromHere(mistakesOf(error, loaded), flags);
  const locate = loaded?.locate;
  if (progress === "json") return io.stderr.write(`${JSON.stringify(asJson(error, { mistakes, flags, locate }))}\n`);
  const paint = paintFor(colorsOn(io.stderr));
  const style = { paint, isTerminal: io.stderr.isTTY, flags, mistakes, locate };
  io.stderr.write(`${errorLines(error, style).join("\n")}\n`);
}

/** Mistakes with their places, and the texts to quote. */
interface Mistakes {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}

/** What files are to blame for: found while they were read, or when a plan was made of them. */
function mistakesOf(error: unknown, loaded: ErrorContext["loaded"]): Mistakes | undefined {
  if (error instanceof InvalidProjectError) return error;
  if (!(error instanceof ImpossiblePlanError) || loaded === undefined) return undefined;
  const { locate, sources } = loaded;
  const diagnostics = error.problems.map((problem): Diagnostic => {
    const { code, path, hint } = problem;
    const at = path === undefined ? {} : { at: locate(path), path };
    return { severity: "error", code, message: describeProblem(problem), ...at, ...(hint !== undefined && { hint }) };
  });
  return { diagnostics, sources };
}

function withHintsFromHere(mistakes: Mistakes | undefined, flags: GlobalFlags): Mistakes | undefined {
  if (mistakes === undefined) return undefined;
  const diagnostics = mistakes.diagnostics.map((each) =>
    each.hint === undefined ? each : { ...each, hint: fromHere(each.hint, flags) },
  );
  return { diagnostics, sources: mistakes.sources };
}

/** Tells on stderr what the user should still hear about a project that is fine otherwise. */
export function showWarnings(
  { warnings, sources }: { readonly warnings: readonly Diagnostic[]; readonly sources: Sources },
  stderr: Output,
  { progress, colorsOn }: Display,
): void {
  if (progress === "quiet") return;
  const paint = paintFor(colorsOn(stderr));
  for (const warning of warnings) {
    if (progress === "json") stderr.write(`${JSON.stringify({ level: "warning", ...asJsonDiagnostic(warning) })}\n`);
    else
      stderr.write(`${diagnosticLines(warning, { paint, sources: stderr.isTTY ? sources : new Map() }).join("\n")}\n`);
  }
}

/** A wrong `--progress` must not keep the message about it from being shown. */
function displayFor(io: Io, flags: GlobalFlags): Display {
  try {
    return decideDisplay(flags, io.environment, io.stderr);
  } catch {
    return { progress: "plain", colorsOn: () => false };
  }
}

interface ErrorStyle {
  readonly paint: Paint;
  readonly isTerminal: boolean;
  readonly flags: GlobalFlags;
  readonly mistakes: Mistakes | undefined;
  readonly locate: Loaded["locate"] | undefined;
}

function errorLines(error: unknown, { paint, isTerminal, flags, mistakes, locate }: ErrorStyle): readonly string[] {
  if (mistakes !== undefined) {
    const sources: Sources = isTerminal ? mistakes.sources : new Map();
    return mistakes.diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, { paint, sources }));
  }
  if (!(error instanceof TscomposeError)) return bugLines(error, paint);
  return [
    paint.red(
      error instanceof ExecutionError ? error.failures.map((each) => placed(each, locate)).join("\n") : error.message,
    ),
    ...(error.hint === undefined ? [] : [hintLine(fromHere(error.hint, flags), paint)]),
    ...(flags.verbose === true ? causes(error.cause).map((cause) => `  cause: ${cause}`) : []),
  ];
}

/** What the engine refused stands in the file, even where only the engine could know that it is wrong. */
function placed(failure: Failure, locate: Loaded["locate"] | undefined): string {
  const at = placeOf(failure, locate);
  const place = at === undefined ? "" : `${at.file}:${at.line}:${at.column} services.${failure.refused}: `;
  return `${place}${describeFailure(failure)}`;
}

function placeOf({ refused }: Failure, locate: Loaded["locate"] | undefined): Location | undefined {
  return refused === undefined ? undefined : locate?.(["services", refused]);
}

function bugLines(error: unknown, paint: Paint): readonly string[] {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    paint.red("this is a fault of tscompose, not of your files:"),
    stack,
    hintLine("please report it with the lines above and the command you ran", paint),
  ];
}

function hintLine(hint: string, paint: Paint): string {
  return `  ${paint.cyan("hint:")} ${hint.replaceAll("\n", "\n        ")}`;
}

function diagnosticLines(
  diagnostic: Diagnostic,
  { paint, sources }: { readonly paint: Paint; readonly sources: Sources },
): readonly string[] {
  const isError = diagnostic.severity === "error";
  const line = formatDiagnostic(diagnostic);
  return [
    isError ? paint.red(line) : `${paint.yellow("warning:")} ${line}`,
    ...excerpt(diagnostic.at, sources, paint),
    ...(diagnostic.hint === undefined ? [] : [hintLine(diagnostic.hint, paint)]),
  ];
}

/** The offending line and a caret below it, where the text is at hand. */
function excerpt(at: Location | undefined, sources: Sources, paint: Paint): readonly string[] {
  const text = at === undefined ? undefined : sources.get(at.file)?.split("\n")[at.line - 1];
  if (at === undefined || text === undefined) return [];
  const number = String(at.line);
  // Tabs stay tabs, so that the caret stands where the terminal has put the text.
  const indent = text.slice(0, at.column - 1).replaceAll(/[^\t]/g, " ");
  const end = Math.min(at.endColumn ?? at.column + 1, text.length + 1);
  const mark = `^${"~".repeat(Math.max(0, end - at.column - 1))}`;
  return [
    `  ${paint.dim(`${number} |`)} ${text.trimEnd()}`,
    `  ${paint.dim(`${" ".repeat(number.length)} |`)} ${indent}${paint.red(mark)}`,
  ];
}

function asJson(
  error: unknown,
  { mistakes, flags, locate }: Pick<ErrorStyle, "mistakes" | "flags" | "locate">,
): object {
  if (!(error instanceof TscomposeError)) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: true, message, code: "bug", stack: error instanceof Error ? error.stack : undefined };
  }
  const { code } = error;
  // Hints have a place of their own there.
  const message =
    error instanceof InvalidProjectError ? error.diagnostics.map(formatDiagnostic).join("\n") : error.message;
  const hint = error.hint === undefined ? undefined : fromHere(error.hint, flags);
  const failures =
    error instanceof ExecutionError
      ? error.failures.map((each) => ({ ...placeInJson(each, locate), ...failureFromHere(each, flags) }))
      : undefined;
  return { error: true, message, code, hint, failures, diagnostics: mistakes?.diagnostics.map(asJsonDiagnostic) };
}

function failureFromHere(failure: Failure, flags: GlobalFlags): Failure {
  return failure.hint === undefined ? failure : { ...failure, hint: fromHere(failure.hint, flags) };
}

function placeInJson(failure: Failure, locate: Loaded["locate"] | undefined): object {
  const at = placeOf(failure, locate);
  return { file: at?.file, line: at?.line, column: at?.column };
}

function asJsonDiagnostic({ at, message, code, hint }: Diagnostic): object {
  return { file: at?.file, line: at?.line, column: at?.column, message, code, hint };
}

function causes(cause: unknown): readonly string[] {
  return cause instanceof Error ? [cause.message, ...causes(cause.cause)] : [];
}
