/** A word or a sign of a module's text. */
export interface Token {
  readonly kind: "name" | "string" | "number" | "template" | "pattern" | "sign";
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of an opening bracket: the index of the one that closes it. */
  readonly partner?: number;
}

const words: readonly (readonly [kind: Token["kind"] | "nothing", pattern: RegExp])[] = [
  ["nothing", /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ["name", /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy],
  ["number", /\.?\d[\w.]*/y],
  ["string", /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'/y],
  ["sign", /\.\.\.|=>|[=!<>]==?|&&|\|\||\?\?|\?\.|[^]/y],
];

/** After these a slash begins a pattern; after values it divides. */
const beforePattern = /^(?:[([{,;:=!&|?+\-*%<>~^]|=>|[=!<>]==?|&&|\|\||\?\?|return|typeof|case)$/;
const pattern = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;

/** Takes the text of a module apart; brackets know their partners. What is no module gives some tokens all the same. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length;) {
    const last = tokens.at(-1)?.text;
    const { kind, end } = tokenAt(text, at, last === undefined || beforePattern.test(last));
    if (kind !== "nothing") tokens.push({ kind, text: text.slice(at, end), start: at, end });
    at = end;
  }
  return paired(tokens);
}

const closers: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": ")" };

function paired(tokens: readonly Token[]): readonly Token[] {
  const partners = new Map<number, number>();
  const open: { readonly index: number; readonly closer: string }[] = [];
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind !== "sign") continue;
    const closer = closers[text];
    if (closer !== undefined) open.push({ index, closer });
    else if (open.at(-1)?.closer === text) partners.set(open.pop()?.index ?? 0, index);
  }
  return tokens.map((token, index) => {
    const partner = partners.get(index);
    return partner === undefined ? token : { ...token, partner };
  });
}

function tokenAt(
  text: string,
  at: number,
  mayBePattern: boolean,
): { readonly kind: Token["kind"] | "nothing"; readonly end: number } {
  if (text[at] === "`") return { kind: "template", end: endOfTemplate(text, at) };
  if (mayBePattern && text[at] === "/") {
    const end = endOf(pattern, text, at);
    if (end !== undefined) return { kind: "pattern", end };
  }
  for (const [kind, word] of words) {
    const end = endOf(word, text, at);
    if (end !== undefined) return { kind, end };
  }
  return { kind: "sign", end: at + 1 };
}

function endOf(word: RegExp, text: string, at: number): number | undefined {
  word.lastIndex = at;
  return word.test(text) ? word.lastIndex : undefined;
}

/** Templates hold expressions, which may hold templates. */
function endOfTemplate(text: string, start: number): number {
  const open: ("`" | "{")[] = ["`"];
  let at = start + 1;
  for (; at < text.length && open.length > 0; at += 1) {
    const [inTemplate, character] = [open.at(-1) === "`", text[at]];
    if (character === "\\") at += 1;
    else if (character === "`" && inTemplate) open.pop();
    else if (character === "`") open.push("`");
    else if (character === "}" && !inTemplate) open.pop();
    else if (character === "{" && (!inTemplate || text[at - 1] === "$")) open.push("{");
  }
  return at;
}
