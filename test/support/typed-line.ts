import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "./test-project.ts";
import { describeOutcome, type Outcome, start, toolUnderTest } from "./tool.ts";

/** Shells that complete words for tscompose. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Whether this machine has it. */
export function isHere(shell: Shell): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

/** What a shell offers for the last word of each of these lines, sorted, with everything before it as it was typed. */
export async function offered(
  shell: Shell,
  lines: readonly string[],
  project: TestProject,
): Promise<readonly (readonly string[])[]> {
  const words = shell === "fish" ? await askFish(lines, project) : await type(shell, lines, project);
  return words.map((offers) => offers.toSorted());
}

/** The command under test by its name, in words of a shell. */
const command = toolUnderTest.command.map((word) => `'${word}'`).join(" ");

/** In each the key Alt-* puts everything that Tab would offer into the line. */
const preparations = {
  bash: `tscompose() { ${command} "$@"; }; source <(tscompose completion bash)`,
  zsh:
    `tscompose() { ${command} "$@" }; autoload -Uz compinit; compinit -u -D; source <(tscompose completion zsh); ` +
    "bindkey -e; zle -C every complete-word _generic; bindkey '\\e*' every; " +
    "zstyle ':completion:every:*' completer _all_matches _complete; zstyle ':completion:every:*' insert true",
};

/** Types at a terminal, into the shell's own line editor, and reads which words have become of the line. */
async function type(shell: "bash" | "zsh", lines: readonly string[], project: TestProject): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), "typed-lines-"));
  const notes = join(folder, "notes");
  const note = `note() { printf '%s\\t' "$@" >> '${notes}'; echo >> '${notes}'; }`;
  const insertAll = "\u001B*";
  const toStart = "\u0001";
  const typed = lines.map((line) => `tscompose ${line}${insertAll}${toStart}note \r`).join("");
  const interactive = shell === "bash" ? "bash --norc --noprofile -i" : "zsh -f -i";
  const terminal = { name: shell, command: ["script", "-qec", interactive, "/dev/null"] } as const;
  const input = `${preparations[shell]}; ${note}\r${typed}exit\r`;
  const environment = { ...environmentOf(project), TERM: "dumb", HISTFILE: "" };
  const outcome = await start(terminal, [], { directory: project.directory, environment, input }).outcome;
  const noted = await readFile(notes, "utf8").catch(() => "");
  await rm(folder, { recursive: true });
  const words = noted
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t").slice(1, -1));
  return each(lines, words, outcome).map((found, index) => found.slice(countOf(lines[index] ?? "")));
}

/** fish tells by itself what it would offer. */
async function askFish(lines: readonly string[], project: TestProject): Promise<string[][]> {
  const script = `
function tscompose; ${command} $argv; end
tscompose completion fish | source
for line in $argv; complete --do-complete "tscompose $line"; echo; end
`;
  const fish = { name: "fish", command: ["fish", "--no-config", "-c", script, "--", ...lines] } as const;
  const environment = environmentOf(project);
  const outcome = await start(fish, [], { directory: project.directory, environment }).outcome;
  const answers = outcome.stdout
    .split("\n\n")
    .map((answer) => answer.split("\n").map((line) => line.replace(/\t.*/, "")));
  return each(lines, answers.slice(0, -1), outcome).map((words) => words.filter((word) => word !== ""));
}

function environmentOf({ name, engine }: TestProject): Readonly<Record<string, string>> {
  return { COMPOSE_PROJECT_NAME: name, DOCKER_HOST: engine.address };
}

/** How many words of a line stand before the one that is completed. */
function countOf(line: string): number {
  return line.split(" ").length - 1;
}

function each(lines: readonly string[], answers: string[][], outcome: Outcome): string[][] {
  if (answers.length === lines.length) return answers;
  throw new Error(`${answers.length} of ${lines.length} lines were answered:\n${describeOutcome(outcome)}`);
}
