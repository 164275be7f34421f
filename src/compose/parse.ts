import { Composer, type Document, Lexer, LineCounter, Parser } from "yaml";
import type { Report } from "./diagnostic.ts";
import { deepestNesting, type Placer, plant } from "./plant.ts";
import { syntaxMistakes } from "./syntax-mistakes.ts";
import type { ListTree, MapTree, ScalarTree } from "./tree.ts";

/** What may still be read. */
export interface Budget {
  lexemes: number;
  aliases: number;
}

/** What one load may read: fifty thousand lines of compose. */
export function fullBudget(): Budget {
  return { lexemes: 400_000, aliases: 40_000 };
}

/**
 * Reads the YAML documents of one file. Mistakes inside of values are reported, and the values left empty; `undefined`
 * when it cannot be told what the file says.
 */
export function parse(
  text: string,
  file: string,
  report: Report,
  budget: Budget = fullBudget(),
): readonly MapTree[] | undefined {
  let isReadable = true;
  const refuse: Refuse = (code, offset, message, hint) => {
    isReadable = false;
    // Not all lines are counted: of what is refused early there may be millions.
    const at = placer(file, linesOf(text.slice(0, offset + 1)))(offset);
    report({ severity: "error", code, at, message, ...(hint !== undefined && { hint }) });
  };
  checkCharacters(text, refuse);
  const documents = isReadable ? compose(text, refuse, budget) : [];
  if (!isReadable) return undefined;

  const lines = linesOf(text);
  for (const { message, offset } of syntaxMistakes(documents, lines)) refuse("invalid-yaml", offset, message);
  if (!isReadable) return undefined;

  const place = placer(file, lines);
  const trees = documents.map((document) => plant(document.contents, place, report));
  const maps = trees.filter((tree) => tree?.kind === "map");
  for (const tree of trees) if (tree !== undefined && tree.kind !== "map") refuseRoot(tree, report);
  return maps.length < trees.length ? undefined : maps;
}

function refuseRoot(tree: ScalarTree | ListTree, report: Report): void {
  const found = tree.kind === "list" ? "a list" : tree.type === "null" ? "nothing" : `"${tree.text}"`;
  report({
    severity: "error",
    code: "wrong-type",
    at: tree.at,
    message: `top-level object must be a mapping, got ${found}`,
    hint: 'begin with "services:"',
  });
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) lines.addNewLine(end + 1);
  return lines;
}

/** Finds places in a text by their offsets. */
export function placerOf(text: string, file: string): Placer {
  return placer(file, linesOf(text));
}

function placer(file: string, lines: LineCounter): Placer {
  return (start, end) => {
    const { line, col: column } = lines.linePos(start);
    if (end === undefined || end <= start) return { file, line, column };
    const nextLine = lines.lineStarts[line];
    if (nextLine !== undefined && end >= nextLine) return { file, line, column };
    return { file, line, column, endColumn: column + (end - start) };
  };
}

/** Each is laid over all that came before, and the whole is checked again. */
const mostDocuments = 100;

type Refuse = (code: string, offset: number, message: string, hint?: string) => void;

function compose(text: string, refuse: Refuse, budget: Budget): readonly Document.Parsed[] {
  // The failsafe schema leaves scalars as text: their types are Go's, and read from it.
  const composer = new Composer({
    schema: "failsafe",
    resolveKnownTags: false,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const documents: Document.Parsed[] = [];
  for (const document of composer.compose(tokenize(text, refuse, budget))) {
    if (documents.push(document) <= mostDocuments) continue;
    refuse("too-much", document.range[0], `more than ${mostDocuments} documents`, "put them into files of their own");
    return [];
  }
  return documents;
}

/** The parser's own loop, with an eye on the depth: composing nested tokens recurses. */
function* tokenize(text: string, refuse: Refuse, budget: Budget): ReturnType<Parser["end"]> {
  const parser = new Parser();
  for (const lexeme of lexemesOf(text, refuse, budget)) {
    yield* parser.next(lexeme);
    if (parser.stack.length <= deepestNesting) continue;
    return refuse("too-deep", parser.offset, `nested more than ${deepestNesting} levels deep`);
  }
  yield* parser.end();
}

/** All words and signs, before any of them is parsed, which costs far more; none where there are too many. */
function lexemesOf(text: string, refuse: Refuse, budget: Budget): readonly string[] {
  const lexemes: string[] = [];
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    offset += lexeme.length;
    budget.lexemes -= 1;
    if (lexeme.startsWith("*")) budget.aliases -= 1;
    lexemes.push(lexeme);
    if (budget.lexemes >= 0 && budget.aliases >= 0) continue;
    const what = budget.lexemes < 0 ? "words and signs" : "aliases";
    refuse("too-much", Math.min(offset, text.length), `the files of a project hold too many ${what}`);
    return [];
  }
  return lexemes;
}

// YAML allows U+FFFD, but it is what a decoder leaves where the file was not UTF-8; Go's decoder refuses such files.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u0080-\u0084\u0086-\u009F\uFFFD\uFFFE\uFFFF]/;

function checkCharacters(text: string, refuse: Refuse): void {
  const offset = text.search(forbidden);
  if (offset < 0) return;
  const code = text.charCodeAt(offset);
  if (code === 0xfffd) return refuse("invalid-encoding", offset, "not valid UTF-8", "save the file as UTF-8");
  const shown = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  refuse("invalid-yaml", offset, `control character ${shown} is not allowed`, "remove it, or write it as an escape");
}
