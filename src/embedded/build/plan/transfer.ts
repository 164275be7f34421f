import { posix } from "node:path";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import { expand } from "../dockerfile/expand.ts";
import type { AddInstruction, CopyInstruction } from "../dockerfile/instruction.ts";
import { type GitAddress, gitAddress } from "./git-address.ts";
import { checkMode } from "../files/mode.ts";
import type { Scope } from "./scope.ts";
import { type StageDraft, note } from "./stage-draft.ts";
import { shownCode, stepName } from "./step-name.ts";
import type { CopyAction, FileStep, Step } from "./steps.ts";

type Instruction = AddInstruction | CopyInstruction;

/** An instruction with its variables replaced. */
interface Wish {
  readonly instruction: Instruction;
  readonly sources: readonly string[];
  /** As it is written, for the history. */
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly checksum: string;
  readonly from: Step;
  /** For people. */
  readonly name: string;
}

/** `COPY` and `ADD`. Throws a {@link DockerfileError}. */
export function transferStep(draft: StageDraft, instruction: Instruction, scope: Scope): void {
  const word = (text: string): string => expand(text, draft.env, { escape: scope.escape }).text;
  const code = shownCode(instruction.code, draft.env, scope);
  const wish: Wish = {
    instruction,
    sources: instruction.sources.map(word),
    destination: word(instruction.destination),
    chown: word(instruction.chown),
    chmod: word(instruction.chmod),
    checksum: instruction.kind === "ADD" ? word(instruction.checksum) : "",
    from: fromOf(instruction, scope),
    name: stepName(draft, code),
  };
  checkMode(wish.chmod);
  checkChecksum(wish);
  const actions = [...wish.sources.map((source) => sourceAction(draft, wish, source)), ...documentActions(draft, wish)];
  draft.step = stepOf(draft, wish, actions);
  note(draft, `${createdBy(wish)} # buildkit`, { hasLayer: true });
}

function fromOf(instruction: Instruction, scope: Scope): Step {
  if (instruction.kind === "ADD" || instruction.from === "") return scope.context;
  if (expand(instruction.from, new Map(), { escape: scope.escape }).text !== instruction.from) {
    throw new DockerfileError(
      "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround",
    );
  }
  return scope.source(instruction.from);
}

function stepOf(draft: StageDraft, wish: Wish, actions: readonly CopyAction[]): Step {
  const { instruction, name } = wish;
  const common = {
    kind: "files" as const,
    name,
    location: instruction.location,
    skipsCache: draft.skipsCache,
    actions,
  };
  // As BuildKit: a symbolic or octal mode asks for what is there already.
  if (!instruction.isLinked || wish.chmod !== "") return { ...common, base: draft.step };
  const upper: FileStep = { ...common, base: { kind: "scratch" } };
  return {
    kind: "merge",
    name: name.replace(/\] /, "] LINK "),
    location: instruction.location,
    base: draft.step,
    upper,
  };
}

function createdBy({ instruction, sources, destination, chown, chmod }: Wish): string {
  const parts = [
    instruction.kind,
    ...(instruction.kind === "COPY" && instruction.keepsParents ? ["--parents"] : []),
    ...(chown === "" ? [] : [`--chown=${chown}`]),
    ...(chmod === "" ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...instruction.documents.map(({ name }) => `<<${name}`),
    destination,
  ];
  return parts.join(" ");
}

function checkChecksum({ instruction, checksum, sources }: Wish): void {
  if (checksum === "") return;
  const [source = ""] = sources;
  if (sources.length !== 1) throw new DockerfileError("checksum can't be specified for multiple sources");
  if (gitAddress(source) === undefined && !isUrl(source)) {
    throw new DockerfileError("checksum requires HTTP(S) or Git sources");
  }
  if (isUrl(source) && gitAddress(source) === undefined && !/^sha256:[0-9a-f]{64}$/.test(checksum)) {
    throw new DockerfileError(
      `invalid checksum ${JSON.stringify(checksum)} of ${instruction.kind}: sha256: and 64 digits are wanted`,
    );
  }
}

/** Absolute; whether it is a folder by name stays. */
function absolute(draft: StageDraft, destination: string): string {
  const wished = destination === "." || destination === "" ? "./" : destination;
  const path = posix.resolve("/", draft.image.config.WorkingDir ?? "", wished);
  const isFolder = wished.endsWith("/") || wished.endsWith("/.");
  return isFolder && path !== "/" ? `${path}/` : path;
}

function common(
  draft: StageDraft,
  { instruction, destination, chown, chmod }: Wish,
): Omit<CopyAction, "from" | "source"> {
  return {
    kind: "copy",
    destination: absolute(draft, destination),
    owner: chown,
    mode: chmod,
    excludes: instruction.excludes,
    includes: [],
    required: [],
    isLocal: false,
    unpacks: false,
  };
}

function sourceAction(draft: StageDraft, wish: Wish, source: string): CopyAction {
  const { instruction } = wish;
  const git = gitAddress(source);
  if (git !== undefined) return gitAction(draft, wish, git);
  if (isUrl(source)) return downloadAction(draft, wish, source);
  const { from, includes, required } = withParents(instruction, source);
  const unpacks = instruction.kind === "ADD" ? (instruction.unpacks ?? true) : false;
  return {
    ...common(draft, wish),
    from: wish.from,
    source: posix.resolve("/", from),
    includes,
    required,
    isLocal: true,
    unpacks,
  };
}

/** `--parents`: what is behind a `/./` keeps its folders, or all of it. */
function withParents(
  instruction: Instruction,
  source: string,
): { readonly from: string; readonly includes: readonly string[]; readonly required: readonly string[] } {
  if (instruction.kind === "ADD" || !instruction.keepsParents) return { from: source, includes: [], required: [] };
  const pivot = source.indexOf("/./");
  const [from, pattern] = pivot < 0 ? ["/", source] : [source.slice(0, pivot), source.slice(pivot + 3)];
  const inRoot = posix.resolve("/", pattern).slice(1);
  const hasWildcards = /(?:^|[^\\])[*?[]/.test(from) || /(?:^|[^\\])[*?[]/.test(pattern);
  return { from, includes: [inRoot], required: hasWildcards ? [] : [posix.join("/", from, inRoot)] };
}

function gitAction(draft: StageDraft, wish: Wish, git: GitAddress): CopyAction {
  const { instruction, name, checksum } = wish;
  if (instruction.kind === "COPY") throw new DockerfileError("source can't be a git ref for COPY");
  const from: Step = {
    kind: "git",
    name,
    location: instruction.location,
    remote: git.remote,
    ref: git.ref,
    folder: git.folder,
    keepsGitFolder: instruction.keepsGitFolder ?? false,
    checksum,
  };
  return { ...common(draft, wish), from, source: "/" };
}

function downloadAction(draft: StageDraft, wish: Wish, url: string): CopyAction {
  const { instruction, name, checksum } = wish;
  if (instruction.kind === "COPY") throw new DockerfileError("source can't be a URL for COPY");
  if (!URL.canParse(url)) throw new DockerfileError(`invalid URL ${JSON.stringify(url)}`);
  const base = posix.basename(decodeURIComponent(new URL(url).pathname));
  const fileName = base === "" || base === "." || base === "/" ? "__unnamed__" : base;
  const from: Step = { kind: "download", name, location: instruction.location, url, fileName, checksum };
  return { ...common(draft, wish), from, source: `/${fileName}`, unpacks: instruction.unpacks ?? false };
}

function documentActions(draft: StageDraft, wish: Wish): CopyAction[] {
  return wish.instruction.documents.map(({ name, content, isExpanded }) => {
    const text = isExpanded ? expand(content, draft.env, { escape: "\\", ignoresQuotes: true }).text : content;
    return {
      ...common(draft, wish),
      from: { kind: "document", fileName: name, content: text },
      source: `/${name}`,
    };
  });
}

function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}
