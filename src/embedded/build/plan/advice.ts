import type { BuildWarning, SourceLocation } from "../build.ts";
import type { Instruction, Stage } from "../dockerfile/instruction.ts";
import type { Dockerfile } from "../dockerfile/read-dockerfile.ts";

type Tell = (rule: string, message: string, location: SourceLocation) => void;

const reservedNames = new Set(["scratch", "context"]);
const secretWords = /(?:^|_)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const harmlessWords = /(?:^|_)(?:public|file|version)(?:_|$)/i;

/** What is to be said of a Dockerfile, and whether saying something is a failure. */
export interface Advice {
  readonly warnings: readonly BuildWarning[];
  /** `# check=error=true` */
  readonly isError: boolean;
}

/**
 * What `docker build --check` warns about, as far as the Dockerfile alone tells it, by the names of its rules
 * (https://docs.docker.com/reference/build-checks/). `# check=skip=RULE,…` leaves rules out.
 */
export function adviceOn(dockerfile: Dockerfile): Advice {
  const { skipped, isError } = checkDirective(dockerfile.directives.check ?? "");
  const warnings: BuildWarning[] = [];
  const tell: Tell = (rule, message, location) => {
    if (!skipped.has("all") && !skipped.has(rule.toLowerCase())) warnings.push({ rule, message, location });
  };
  for (const location of dockerfile.emptyContinuations) {
    tell("NoEmptyContinuation", "Empty continuation line", location);
  }
  adviseOnNames(dockerfile.stages, tell);
  adviseOnCasing(dockerfile, tell);
  for (const stage of dockerfile.stages) {
    for (const instruction of stage.instructions) adviseOnInstruction(instruction, stage, tell);
    adviseOnRepetition(stage, tell);
  }
  return { warnings: warnings.toSorted((one, other) => one.location.firstLine - other.location.firstLine), isError };
}

function checkDirective(text: string): { readonly skipped: ReadonlySet<string>; readonly isError: boolean } {
  const settings = new Map(
    text.split(";").map((part) => {
      const [name = "", value = ""] = part.split("=", 2);
      return [name.trim().toLowerCase(), value.trim().toLowerCase()];
    }),
  );
  const skipped = (settings.get("skip") ?? "").split(",").map((rule) => rule.trim());
  return { skipped: new Set(skipped), isError: /^(1|t|true)$/.test(settings.get("error") ?? "") };
}

function adviseOnNames(stages: readonly Stage[], tell: Tell): void {
  const seen = new Set<string>();
  for (const { name, code, location } of stages) {
    const [, as = "", written = ""] = /\s(as)\s+(\S+)\s*$/i.exec(code) ?? [];
    const isUpper = code.startsWith("FROM");
    if (written !== written.toLowerCase()) {
      tell("StageNameCasing", `Stage name '${written}' should be lowercase`, location);
    }
    if (as !== "" && as !== (isUpper ? as.toUpperCase() : as.toLowerCase())) {
      tell("FromAsCasing", `'${as}' and '${isUpper ? "FROM" : "from"}' keywords' casing do not match`, location);
    }
    if (reservedNames.has(name)) {
      tell("ReservedStageName", `Stage name should not use the same name as reserved stage "${name}"`, location);
    }
    if (name !== "" && seen.has(name)) {
      tell("DuplicateStageName", `Duplicate stage name "${name}", stage names should be unique`, location);
    }
    seen.add(name);
  }
}

/** Most of the words decide how all are to be written. */
function adviseOnCasing({ stages }: Dockerfile, tell: Tell): void {
  const all = stages.flatMap((stage) => [stage, ...stage.instructions]);
  const words = all.map(({ code, location }) => ({ word: code.split(/\s/, 1)[0] ?? "", location }));
  const lower = words.filter(({ word }) => word === word.toLowerCase()).length;
  const upper = words.filter(({ word }) => word === word.toUpperCase()).length;
  const wanted = lower > upper ? "lowercase" : "uppercase";
  for (const { word, location } of words) {
    if (word === (wanted === "lowercase" ? word.toLowerCase() : word.toUpperCase())) continue;
    const message = `Command '${word}' should match the case of the command majority (${wanted})`;
    tell("ConsistentInstructionCasing", message, location);
  }
}

function adviseOnInstruction(instruction: Instruction, stage: Stage, tell: Tell): void {
  const { kind, location } = instruction;
  if (kind === "MAINTAINER") {
    tell("MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label", location);
  } else if (kind === "CMD" || kind === "ENTRYPOINT") {
    if (instruction.isList || stage.instructions.some((each) => each.kind === "SHELL")) return;
    const message = `JSON arguments recommended for ${kind} to prevent unintended behavior related to OS signals`;
    tell("JSONArgsRecommended", message, location);
  } else if (kind === "ENV" || kind === "LABEL") {
    if (instruction.pairs.some(({ isOldForm }) => isOldForm)) {
      const message = `"${kind} key=value" should be used instead of legacy "${kind} key value" format`;
      tell("LegacyKeyValueFormat", message, location);
    }
    if (kind === "ENV") adviseOnSecrets(kind, instruction.pairs, { location, tell });
  } else if (kind === "ARG") adviseOnSecrets(kind, instruction.declarations, { location, tell });
}

function adviseOnSecrets(
  kind: string,
  named: readonly { readonly key: string }[],
  { location, tell }: { readonly location: SourceLocation; readonly tell: Tell },
): void {
  for (const { key } of named) {
    if (!secretWords.test(key) || harmlessWords.test(key)) continue;
    tell("SecretsUsedInArgOrEnv", `Do not use ARG or ENV instructions for sensitive data (${kind} "${key}")`, location);
  }
}

/** Of some instructions only the last of a stage counts. */
function adviseOnRepetition({ instructions }: Stage, tell: Tell): void {
  for (const kind of ["CMD", "ENTRYPOINT", "HEALTHCHECK"] as const) {
    for (const { location } of instructions.filter((each) => each.kind === kind).slice(0, -1)) {
      const message = `Multiple ${kind} instructions should not be used in the same stage because only the last one will be used`;
      tell("MultipleInstructionsDisallowed", message, location);
    }
  }
}
