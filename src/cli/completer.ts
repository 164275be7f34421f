import type { Command, Option } from "commander";

/** What a word on a command line could become, as far as names are to be looked up. */
export type Wanted = "services" | "profiles" | "projects" | "shells" | "files";

/** Where the cursor is: words to choose from, or what kind of name is wanted. */
export interface Position {
  readonly words: readonly Candidate[];
  readonly wanted?: Wanted;
  /** What the word begins with before such a name: `--profile=`. */
  readonly before?: string;
}

/** A word, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly meaning: string;
}

/** Words before the cursor, understood as far as they go. */
export interface Typed {
  /** Flags by their name in code, repeated ones as lists. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
  /** The flag that still waits for its value. */
  readonly open?: Option;
  /** What comes after the first operand, where the rest belongs to a sub-command. */
  readonly rest: readonly string[];
}

/** Reads words by the flags that a command declares; with `stopsAtOperand`, the rest is left for a sub-command. */
export function readTyped(
  command: Command,
  words: readonly string[],
  { stopsAtOperand }: { readonly stopsAtOperand: boolean },
): Typed {
  const flags: Record<string, unknown> = {};
  const operands: string[] = [];
  let open: Option | undefined;
  for (const [index, word] of words.entries()) {
    if (open !== undefined) {
      note(flags, open, word);
      open = undefined;
    } else if (word.startsWith("-")) {
      const [name = "", value] = word.split(/=(.*)/s);
      const option = optionOf(command, name);
      if (option !== undefined && value !== undefined) note(flags, option, value);
      else if (option !== undefined && takesValue(option)) open = option;
      else if (option !== undefined) flags[option.attributeName()] = true;
    } else {
      operands.push(word);
      if (stopsAtOperand) return { flags, operands, rest: words.slice(index + 1) };
    }
  }
  return { flags, operands, ...(open === undefined ? {} : { open }), rest: [] };
}

/** What could stand at the cursor within a command whose earlier words are understood. */
export function positionIn(command: Command, { operands, open }: Typed, current: string): Position {
  if (open !== undefined) return { words: [], wanted: wantedBy(open) };
  const [flag = "", value] = current.split(/=(.*)/s);
  const given = current.startsWith("--") && value !== undefined ? optionOf(command, flag) : undefined;
  if (given !== undefined) return { words: [], wanted: wantedBy(given), before: `${flag}=` };
  if (current.startsWith("-")) return { words: flagsOf(command) };
  const [first, ...others] = command.registeredArguments;
  const argument = operands.length === 0 ? first : (others[0] ?? (first?.variadic === true ? first : undefined));
  const kind = argument === undefined ? undefined : kinds[argument.name()];
  return kind === undefined ? { words: [], wanted: "files" } : { words: [], wanted: kind };
}

/** Flags that people are to know of, by their long names. */
export function flagsOf(command: Command): readonly Candidate[] {
  return command.options
    .filter(({ hidden, long }) => !hidden && long !== undefined)
    .map(({ long, description }) => ({ word: long ?? "", meaning: description }));
}

/** What the values of flags and arguments are, by their placeholders in help texts. */
const kinds: Readonly<Record<string, Wanted>> = {
  service: "services",
  "service=n": "services",
  shell: "shells",
};

function wantedBy(option: Option): Wanted {
  if (option.long === "--profile") return "profiles";
  if (option.long === "--project-name") return "projects";
  return kinds[/<(.*)>/.exec(option.flags)?.[1] ?? ""] ?? "files";
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long, short }) => long === name || short === name);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function note(flags: Record<string, unknown>, option: Option, value: string): void {
  const name = option.attributeName();
  const before = flags[name];
  const isRepeated = ["--file", "--profile", "--env-file"].includes(option.long ?? "");
  flags[name] = isRepeated ? [...(Array.isArray(before) ? before : []), value] : value;
}
