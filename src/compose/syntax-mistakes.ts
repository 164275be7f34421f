import { type Document, isCollection, isMap, isScalar, type LineCounter, visit } from "yaml";

/** What is wrong with the form of a file, and where. */
export interface SyntaxMistake {
  readonly offset: number;
  readonly message: string;
}

/** The first mistake of every line: what comes after it on the same line mostly follows from it. */
export function syntaxMistakes(documents: readonly Document.Parsed[], lines: LineCounter): readonly SyntaxMistake[] {
  const told = new Map<number, SyntaxMistake>();
  for (const document of documents) {
    if (document.errors.length === 0) continue;
    const openings = openingsOf(document);
    for (const { message, pos } of document.errors) {
      const mistake = unclosed(message, pos[0], openings) ?? { offset: pos[0], message: firstLine(message) };
      const { line } = lines.linePos(mistake.offset);
      if (!told.has(line)) told.set(line, mistake);
    }
  }
  return [...told.values()];
}

/** Where what ends at an offset has begun, by its first sign and that offset. */
type Openings = ReadonlyMap<string, number>;

/** Where one is left open inside of another, the inner one is to be closed first: it is met last, and stays. */
function openingsOf(document: Document.Parsed): Openings {
  const openings = new Map<string, number>();
  visit(document, {
    Node(_, node) {
      const sign = openingSign(node);
      if (sign !== undefined && node.range) openings.set(`${sign}${node.range[1]}`, node.range[0]);
    },
  });
  return openings;
}

function openingSign(node: unknown): string | undefined {
  if (isScalar(node)) return node.type === "QUOTE_DOUBLE" ? '"' : node.type === "QUOTE_SINGLE" ? "'" : undefined;
  if (isCollection(node) && node.flow === true) return isMap(node) ? "{" : "[";
  return undefined;
}

/**
 * A quote or bracket that is never closed: the parser notices where the text ends, the user must look where it opens.
 * The parser's words are all that tell this mistake from others; when they change, it is told as any other.
 */
function unclosed(message: string, end: number, openings: Openings): SyntaxMistake | undefined {
  const [, closing = ""] =
    / end with an? ([\]}])$/.exec(message) ?? /^Missing closing (["'])quote$/.exec(message) ?? [];
  const sign = { "]": "[", "}": "{" }[closing] ?? closing;
  const offset = openings.get(`${sign}${end}`);
  return offset === undefined ? undefined : { offset, message: `this ${sign} is never closed` };
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
