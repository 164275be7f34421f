import { formatDiagnostic, type Diagnostic } from "../compose/diagnostic.ts";
import { readDotenv } from "../compose/dotenv.ts";
import { splitShellWords } from "../compose/canonical/shell-words.ts";
import { UsageError } from "../errors.ts";

/** Reads a file of variables as compose files do; every mistake in it is told. */
export function parseVariables(
  text: string,
  file: string,
  lookup: (name: string) => string | undefined,
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const mistakes: Diagnostic[] = [];
  readDotenv(text, variables, { file, lookup, report: (diagnostic) => mistakes.push(diagnostic) });
  const errors = mistakes.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new UsageError(errors.map(formatDiagnostic).join("\n"));
  return variables;
}

/** Splits words as a shell does; quotes that do not end are a mistake. */
export function splitWords(text: string, what: string): readonly string[] {
  const words = splitShellWords(text);
  if (words === undefined) throw new UsageError(`${what}: unbalanced quotes, got "${text}"`);
  return words;
}
