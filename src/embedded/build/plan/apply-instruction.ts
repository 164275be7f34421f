import { posix } from "node:path";
import type { ImageConfig } from "../../images/images.ts";
import { signalNumber } from "../../runtime/signals.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { type Expanded, expand } from "../dockerfile/expand.ts";
import type { ArgInstruction, Instruction, Pair, ProgramInstruction } from "../dockerfile/instruction.ts";
import { commandStep, shellLine } from "./command.ts";
import { goHealth, goList, goQuotedList } from "./go-text.ts";
import { exposedPorts } from "./ports.ts";
import type { Scope } from "./scope.ts";
import { type StageDraft, note } from "./stage-draft.ts";
import { shownCode, stepName } from "./step-name.ts";
import { transferStep } from "./transfer.ts";

type Apply<Kind extends Instruction["kind"]> = (
  draft: StageDraft,
  instruction: Extract<Instruction, { readonly kind: Kind }>,
  scope: Scope,
) => void;

/** Carries an instruction out on the draft of its stage. Throws a {@link DockerfileError}. */
export function applyInstruction(draft: StageDraft, instruction: Instruction, scope: Scope): void {
  switch (instruction.kind) {
    case "ADD":
    case "COPY":
      return transferStep(draft, instruction, scope);
    case "ARG":
      return applyArg(draft, instruction, scope);
    case "CMD":
    case "ENTRYPOINT":
      return applyProgram(draft, instruction, scope);
    case "ENV":
      return applyEnv(draft, instruction, scope);
    case "EXPOSE":
      return applyExpose(draft, instruction, scope);
    case "HEALTHCHECK":
      setConfig(draft, { Healthcheck: withoutZeros(instruction.health) });
      return note(draft, `HEALTHCHECK ${goHealth(instruction.health)}`);
    case "LABEL":
      return applyLabel(draft, instruction, scope);
    case "MAINTAINER":
      draft.image.author = instruction.name;
      return note(draft, `MAINTAINER ${instruction.name}`);
    case "ONBUILD":
      return setConfig(draft, { OnBuild: [...(draft.image.config.OnBuild ?? []), instruction.expression] });
    case "RUN":
      return commandStep(draft, instruction, scope);
    case "SHELL":
      setConfig(draft, { Shell: instruction.words });
      return note(draft, `SHELL ${goList(instruction.words)}`);
    case "STOPSIGNAL":
      return applyStopsignal(draft, instruction, scope);
    case "USER": {
      const user = expanded(draft, instruction.user, scope).text;
      setConfig(draft, { User: user });
      return note(draft, `USER ${user}`);
    }
    case "VOLUME":
      return applyVolume(draft, instruction, scope);
    case "WORKDIR":
      return applyWorkdir(draft, instruction, scope);
  }
}

/** A word with its variables replaced by what the stage has by now. */
export function expanded(draft: StageDraft, word: string, { escape }: Pick<Scope, "escape">): Expanded {
  return expand(word, draft.env, { escape });
}

function setConfig(draft: StageDraft, config: Partial<ImageConfig & { readonly ArgsEscaped: boolean }>): void {
  draft.image.config = { ...draft.image.config, ...config };
}

const applyArg: Apply<"ARG"> = (draft, { declarations }, scope) => {
  const shown = declarations.map((declaration) => {
    const key = expanded(draft, declaration.key, scope).text;
    const value = argumentValue(draft, { key, value: declaration.value }, scope);
    if (value !== undefined) draft.env.set(key, value);
    draft.args.push({ key, value });
    return value === undefined ? key : `${key}=${value}`;
  });
  note(draft, `ARG ${shown.join(" ")}`);
};

function argumentValue(
  draft: StageDraft,
  { key, value }: ArgInstruction["declarations"][number],
  scope: Scope,
): string | undefined {
  const { buildArgs } = scope.request;
  if (Object.hasOwn(buildArgs, key)) return buildArgs[key];
  return value === undefined ? scope.globalArgs.get(key) : expanded(draft, value, scope).text;
}

const applyProgram: Apply<ProgramInstruction["kind"]> = (draft, instruction) => {
  const { kind, isList, words } = instruction;
  const line = isList ? words : shellLine(draft, words);
  if (kind === "CMD") {
    setConfig(draft, { Cmd: line, ArgsEscaped: true });
    draft.hasCommand = true;
  } else {
    setConfig(draft, { Entrypoint: line });
    // The arguments of the base image's program make no sense to another one.
    if (!draft.hasCommand) dropConfig(draft, "Cmd");
  }
  note(draft, `${kind} ${goQuotedList(line)}`);
};

function dropConfig(draft: StageDraft, key: keyof ImageConfig): void {
  const { [key]: _dropped, ...config } = draft.image.config;
  draft.image.config = config;
}

function expandedPairs(draft: StageDraft, pairs: readonly Pair[], scope: Scope): Pair[] {
  return pairs.map((pair) => ({
    ...pair,
    key: expanded(draft, pair.key, scope).text,
    value: expanded(draft, pair.value, scope).text,
  }));
}

function shownPairs(pairs: readonly Pair[]): string {
  return pairs.map(({ key, value }) => ` ${key}=${value}`).join("");
}

const applyEnv: Apply<"ENV"> = (draft, instruction, scope) => {
  const pairs = expandedPairs(draft, instruction.pairs, scope);
  for (const { key, value } of pairs) {
    draft.env.set(key, value);
    setConfig(draft, { Env: withVariable(draft.image.config.Env ?? [], key, value) });
  }
  note(draft, `ENV${shownPairs(pairs)}`);
};

/** In the place of a line of the same name, or behind the others. */
function withVariable(lines: readonly string[], key: string, value: string): string[] {
  const place = lines.findIndex((line) => line.split("=", 1)[0] === key);
  return place < 0 ? [...lines, `${key}=${value}`] : lines.with(place, `${key}=${value}`);
}

const applyExpose: Apply<"EXPOSE"> = (draft, instruction, scope) => {
  const words = instruction.ports.flatMap((port) => expanded(draft, port, scope).words);
  const ports = words.flatMap(exposedPorts);
  const added = Object.fromEntries(ports.map((port) => [port, {}]));
  setConfig(draft, { ExposedPorts: { ...draft.image.config.ExposedPorts, ...added } });
  note(draft, `EXPOSE ${goList(ports)}`);
};

const applyLabel: Apply<"LABEL"> = (draft, instruction, scope) => {
  const pairs = expandedPairs(draft, instruction.pairs, scope);
  const added = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  setConfig(draft, { Labels: { ...draft.image.config.Labels, ...added } });
  note(draft, `LABEL${shownPairs(pairs)}`);
};

const applyStopsignal: Apply<"STOPSIGNAL"> = (draft, instruction, scope) => {
  const signal = expanded(draft, instruction.signal, scope).text;
  try {
    signalNumber(signal);
  } catch {
    throw new DockerfileError(`invalid signal: ${signal}`);
  }
  setConfig(draft, { StopSignal: signal });
  note(draft, `STOPSIGNAL ${signal}`);
};

const applyVolume: Apply<"VOLUME"> = (draft, instruction, scope) => {
  const paths = instruction.paths.map((path) => expanded(draft, path, scope).text);
  if (paths.includes("")) throw new DockerfileError("VOLUME specified can not be an empty string");
  const added = Object.fromEntries(paths.map((path) => [path, {}]));
  setConfig(draft, { Volumes: { ...draft.image.config.Volumes, ...added } });
  note(draft, `VOLUME ${goList(paths)}`);
};

const applyWorkdir: Apply<"WORKDIR"> = (draft, instruction, scope) => {
  const wished = expanded(draft, instruction.path, scope).text;
  const path = posix.resolve("/", draft.image.config.WorkingDir ?? "", wished);
  draft.isWorkingFolderSet = true;
  setConfig(draft, { WorkingDir: path });
  if (path !== "/") {
    const action = {
      kind: "folder" as const,
      path,
      owner: draft.image.config.User ?? "",
      ...(scope.epoch === undefined ? {} : { mtimeSeconds: scope.epoch }),
    };
    draft.step = {
      kind: "files",
      name: stepName(draft, shownCode(instruction.code, draft.env, scope)),
      location: instruction.location,
      base: draft.step,
      actions: [action],
      skipsCache: false,
    };
  }
  note(draft, `WORKDIR ${path}`, { hasLayer: path !== "/" });
};

/** What is 0 is left out of an image's configuration. */
function withoutZeros(health: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(health).filter(([, value]) => value !== 0));
}
