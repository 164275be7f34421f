import { UsageError } from "../../../errors.ts";

/** A piece of a Go template: text, or something to work out. */
export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

/** `$name := command | command`: each command gets the value of the one before as its last argument. */
export interface Pipeline {
  readonly declares: readonly string[];
  readonly commands: readonly Command[];
}

/** A first word with arguments: `join .Names ","`, or a value alone. */
export type Command = readonly [Operand, ...Operand[]];

/** A value, with the fields to follow from it. */
export interface Operand {
  readonly base:
    | { readonly kind: "dot" }
    | { readonly kind: "literal"; readonly value: string | number | boolean | null }
    | { readonly kind: "variable"; readonly name: string }
    | { readonly kind: "function"; readonly name: string }
    | { readonly kind: "pipeline"; readonly pipeline: Pipeline };
  readonly fields: readonly string[];
}

/** Reads the part of Go's template language that format flags are written in. */
export function parseTemplate(text: string): readonly TemplateNode[] {
  const pieces = split(text);
  const nodes = parseBlock(pieces, undefined);
  return nodes.body;
}

type Piece = { readonly kind: "text" | "action"; readonly text: string };

const actionPattern = /\{\{(-\s)?((?:"(?:\\.|[^"\\])*"|`[^`]*`|[^}"`]|\}(?!\}))*?)(\s-)?\}\}/g;

function split(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let trimNext = false;
  const addText = (raw: string, trimEnd: boolean): void => {
    const left = trimNext ? raw.trimStart() : raw;
    pieces.push({ kind: "text", text: trimEnd ? left.trimEnd() : left });
  };
  for (const match of text.matchAll(actionPattern)) {
    const [whole, trimBefore, inside = "", trimAfter] = match;
    addText(text.slice(end, match.index), trimBefore !== undefined);
    pieces.push({ kind: "action", text: inside.trim() });
    trimNext = trimAfter !== undefined;
    end = match.index + whole.length;
  }
  if (text.includes("{{", end)) throw mistake("unclosed action", text.slice(text.indexOf("{{", end)));
  addText(text.slice(end), false);
  return pieces.filter(({ kind, text }) => (kind === "action" || text !== "") && !/^\/\*[\s\S]*\*\/$/.test(text));
}

interface Block {
  readonly body: readonly TemplateNode[];
  readonly otherwise: readonly TemplateNode[];
}

/** Reads up to the `end` of a block, taking pieces off the front; outside any block, up to the end of the text. */
function parseBlock(pieces: Piece[], opener: string | undefined): Block {
  const body: TemplateNode[] = [];
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    const [word = "", rest = ""] = firstWord(piece);
    if (word === "end" || word === "else") {
      if (opener === undefined) throw mistake(`"${word}" without a block`, piece.text);
      return { body, otherwise: word === "end" ? [] : parseElse(pieces, rest, opener) };
    }
    body.push(parseNode(piece, pieces, word, rest));
  }
  if (opener !== undefined) throw mistake("no {{end}}", opener);
  return { body, otherwise: [] };
}

function parseElse(pieces: Piece[], rest: string, opener: string): readonly TemplateNode[] {
  const [word = "", condition = ""] = firstWord({ kind: "action", text: rest });
  if (word === "if" || word === "with") {
    return [{ kind: word, pipeline: parsePipeline(condition), ...parseBlock(pieces, rest) }];
  }
  return parseBlock(pieces, opener).body;
}

function parseNode(piece: Piece, pieces: Piece[], word: string, rest: string): TemplateNode {
  if (piece.kind === "text") return { kind: "text", text: piece.text };
  if (word !== "if" && word !== "with" && word !== "range") {
    return { kind: "output", pipeline: parsePipeline(piece.text) };
  }
  return { kind: word, pipeline: parsePipeline(rest), ...parseBlock(pieces, piece.text) };
}

function firstWord({ kind, text }: Piece): readonly string[] {
  return kind === "text" ? [] : (/^(\w+)\b\s*([\s\S]*)$/.exec(text)?.slice(1) ?? []);
}

const tokenPattern =
  /\s*("(?:\\.|[^"\\])*"|`[^`]*`|[+-]?\d+(?:\.\d+)?|\$\w*|\.\w+|\.|:=|[(),|]|[A-Za-z_]\w*)(?=(\s*)(\S?))/gy;

interface Token {
  readonly text: string;
  /** A field that follows without a space belongs to the value before it: `$x.Name`, `(index .Ports 0).URL`. */
  readonly isGlued: boolean;
}

function parsePipeline(text: string): Pipeline {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(tokenPattern)) {
    tokens.push({ text: match[1] ?? "", isGlued: match[0] === match[1] && match.index > 0 });
    end = match.index + match[0].length;
  }
  if (text.slice(end).trim() !== "") throw mistake(`unexpected "${text.slice(end).trim()}"`, text);
  const pipeline = readPipeline(tokens, text);
  if (tokens[0] !== undefined) throw mistake(`unexpected "${tokens[0].text}"`, text);
  return pipeline;
}

function readPipeline(tokens: Token[], source: string): Pipeline {
  const declares = readDeclared(tokens);
  const commands = [readCommand(tokens, source)];
  while (tokens[0]?.text === "|") {
    tokens.shift();
    commands.push(readCommand(tokens, source));
  }
  return { declares, commands };
}

function readDeclared(tokens: Token[]): readonly string[] {
  const length = tokens.findIndex(({ text }) => text === ":=");
  if (length === -1) return [];
  const declared = tokens.splice(0, length + 1).map(({ text }) => text);
  return declared.filter((text) => text.startsWith("$")).map((text) => text.slice(1));
}

function readCommand(tokens: Token[], source: string): Command {
  const command: [Operand, ...Operand[]] = [readOperand(tokens, source)];
  while (tokens[0] !== undefined && tokens[0].text !== "|" && tokens[0].text !== ")") {
    command.push(readOperand(tokens, source));
  }
  return command;
}

function readOperand(tokens: Token[], source: string): Operand {
  const token = tokens.shift();
  if (token === undefined) throw mistake("missing value", source);
  const fields = /^\.\w/.test(token.text) ? [token.text.slice(1)] : [];
  const base = readBase(token.text, tokens, source);
  while (tokens[0]?.isGlued === true && /^\.\w/.test(tokens[0].text)) fields.push(tokens.shift()?.text.slice(1) ?? "");
  return { base, fields };
}

function readBase(text: string, tokens: Token[], source: string): Operand["base"] {
  if (text === "(") {
    const pipeline = readPipeline(tokens, source);
    if (tokens.shift()?.text !== ")") throw mistake('missing ")"', source);
    return { kind: "pipeline", pipeline };
  }
  if (text.startsWith(".")) return { kind: "dot" };
  if (text.startsWith("$")) return { kind: "variable", name: text.slice(1) };
  if (text.startsWith("`")) return { kind: "literal", value: text.slice(1, -1) };
  if (text.startsWith('"')) return { kind: "literal", value: unquote(text, source) };
  if (/^[+-]?\d/.test(text)) return { kind: "literal", value: Number(text) };
  if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
  if (text === "nil") return { kind: "literal", value: null };
  if (/^\w/.test(text)) return { kind: "function", name: text };
  throw mistake(`unexpected "${text}"`, source);
}

function unquote(text: string, source: string): string {
  try {
    return String(JSON.parse(text.replace(/\t/g, "\\t").replace(/\n/g, "\\n")));
  } catch (cause) {
    throw mistake(`not a string: ${text} (${String(cause)})`, source);
  }
}

function mistake(what: string, source: string): UsageError {
  return new UsageError(`--format: ${what}, in "${source}"`, 'write a Go template, for example "{{.Name}}"');
}
