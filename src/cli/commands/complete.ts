import { serviceNames } from "../../actions/service-names.ts";
import { ls } from "../../actions/ls.ts";
import { load } from "../../actions/load-project.ts";
import type { Project } from "../../compose/project.ts";
import { TscomposeError } from "../../errors.ts";
import type { CommandModule } from "../command.ts";
import { type Candidate, type Position, positionIn, readTyped, type Wanted } from "../completer.ts";
import { exitCode } from "../exit-code.ts";
import { commands, declareRoot } from "../program.ts";
import { type GlobalFlags, isNameOnly } from "../project-options.ts";
import { Session } from "../session.ts";

/** `__complete -- WORD...`: what the last word could become, one a line with its meaning; for the shells' own scripts. */
export const complete: CommandModule<object> = {
  declare(command) {
    command.argument("[word...]", "what was typed after tscompose, the word under the cursor last");
  },
  async run({ args, session: { io, interrupts } }) {
    const words = args.slice(0, -1);
    const current = args.at(-1) ?? "";
    const { position, flags } = await locate(words, current);
    const session = new Session(io, flags, interrupts);
    const { words: known, wanted, before = "" } = position;
    const found = wanted === undefined ? [] : await namesOf(wanted, session);
    const whole = found.map(({ word, meaning }) => ({ word: `${before}${word}`, meaning }));
    const fitting = [...known, ...whole].filter(({ word }) => word.startsWith(current));
    io.stdout.write(fitting.map(({ word, meaning }) => `${word}\t${meaning}\n`).join(""));
    return exitCode.success;
  },
};

async function locate(
  words: readonly string[],
  current: string,
): Promise<{ readonly position: Position; readonly flags: GlobalFlags }> {
  const root = declareRoot({ write: () => {} });
  const { flags, operands, rest, ...typed } = readTyped(root, words, { stopsAtOperand: true });
  const [name] = operands;
  if (typed.open !== undefined || (name === undefined && current.startsWith("-"))) {
    return { position: positionIn(root, { flags, operands, rest, ...typed }, current), flags };
  }
  if (name === undefined) return { position: { words: names() }, flags };
  const entry = commands.find((each) => each.name === name || each.alias === name);
  const command = root.commands.find((each) => each.name() === entry?.name);
  if (entry === undefined || command === undefined) return { position: { words: [] }, flags };
  (await entry.load()).declare(command);
  return { position: positionIn(command, readTyped(command, rest, { stopsAtOperand: false }), current), flags };
}

function names(): readonly Candidate[] {
  return commands
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ name, summary }) => ({ word: name, meaning: summary }));
}

/** Names of a kind. Files with mistakes, or an engine that is not there, complete nothing: this is no place to complain. */
async function namesOf(wanted: Wanted, session: Session): Promise<readonly Candidate[]> {
  try {
    switch (wanted) {
      case "services":
        return await servicesOf(session);
      case "profiles":
        return distinct(Object.values(allServices(await project(session))).flatMap(({ profiles = [] }) => profiles));
      case "projects":
        return await projectNames(session);
      case "shells":
        return distinct(["bash", "zsh", "fish"]);
      case "files":
        return [];
    }
  } catch (error) {
    if (error instanceof TscomposeError) return [];
    throw error;
  }
}

async function servicesOf(session: Session): Promise<readonly Candidate[]> {
  const { projectName } = session.flags;
  if (projectName === undefined || !isNameOnly(session.flags)) {
    const services = Object.values(allServices(await project(session)));
    return services.map(({ name, image = "" }) => ({ word: name, meaning: image })).toSorted(byWord);
  }
  await using engine = await session.openEngine();
  return distinct(await serviceNames({ name: projectName }, { engine }));
}

async function projectNames(session: Session): Promise<readonly Candidate[]> {
  await using engine = await session.openEngine();
  const listed = await ls({ all: true }, await session.context(engine, { emit: () => {} }));
  return listed.map(({ name, status }) => ({ word: name, meaning: status }));
}

async function project(session: Session): Promise<Project> {
  const request = { resolveEnvironment: false, services: [] } as const;
  return (await load(...(await session.loading(request)))).project;
}

function allServices({ services, disabledServices }: Project): Project["services"] {
  return { ...disabledServices, ...services };
}

function distinct(words: readonly string[]): readonly Candidate[] {
  return [...new Set(words)].map((word) => ({ word, meaning: "" })).toSorted(byWord);
}

function byWord(a: Candidate, b: Candidate): number {
  return a.word < b.word ? -1 : 1;
}
