import { readToken } from "./template.ts";
import type { Tree } from "./tree.ts";

/** A variable that a model mentions, and what happens when it is not set. */
export interface Variable {
  readonly name: string;
  readonly defaultValue: string;
  /** Stands in when the variable is set: `${NAME:+value}`. */
  readonly presenceValue: string;
  readonly isRequired: boolean;
}

/** Variables that a model mentions, by name; of several mentions the last one counts. */
export function variablesOf(tree: Tree): ReadonlyMap<string, Variable> {
  return new Map(
    textsOf(tree)
      .flatMap((text) => mentionsIn(text))
      .map((variable) => [variable.name, variable] as const)
      .sort(([one], [other]) => (one < other ? -1 : Number(one > other))),
  );
}

function textsOf(tree: Tree): readonly string[] {
  if (tree.kind === "list") return tree.items.flatMap((item) => textsOf(item));
  if (tree.kind === "map") return [...tree.entries.values()].flatMap(({ value }) => textsOf(value));
  return tree.type === "string" ? [tree.text] : [];
}

function mentionsIn(text: string): readonly Variable[] {
  const mentions: Variable[] = [];
  for (let at = text.indexOf("$"); at >= 0;) {
    const token = readToken(text, at);
    if (token.kind === "variable") mentions.push(plain(token.name));
    // A mistake shows as a variable without a name, as in docker compose.
    if (token.kind === "malformed") mentions.push(plain(""));
    if (token.kind === "operation") {
      const { name, operator, operand } = token;
      const [isDefault, isPresence] = [operator.endsWith("-"), operator.endsWith("+")];
      mentions.push({
        name,
        defaultValue: isDefault ? operand : "",
        presenceValue: isPresence ? operand : "",
        isRequired: operator.endsWith("?"),
      });
      if (isDefault || isPresence) mentions.push(...mentionsIn(operand));
    }
    at = text.indexOf("$", at + token.length);
  }
  return mentions;
}

function plain(name: string): Variable {
  return { name, defaultValue: "", presenceValue: "", isRequired: false };
}
