/** What a rule of {@link adviceOn} is about, in BuildKit's words (moby/buildkit, frontend/dockerfile/linter/ruleset.go). */
const descriptions: Readonly<Record<string, string>> = {
  ConsistentInstructionCasing: "All commands within the Dockerfile should use the same casing (either upper or lower)",
  DuplicateStageName: "Stage names should be unique",
  FromAsCasing: "The 'as' keyword should match the case of the 'from' keyword",
  JSONArgsRecommended:
    "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals",
  LegacyKeyValueFormat: "Legacy key/value format with whitespace separator should not be used",
  MaintainerDeprecated: "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
  MultipleInstructionsDisallowed: "Multiple instructions of the same type should not be used in the same stage",
  NoEmptyContinuation: "Empty continuation lines will become errors in a future release",
  ReservedStageName: "Reserved words should not be used as stage names",
  SecretsUsedInArgOrEnv: "Sensitive data should not be used in the ARG or ENV commands",
  StageNameCasing: "Stage names should be lowercase",
};

/** Empty for a rule that is not known. */
export function ruleDescription(rule: string): string {
  return descriptions[rule] ?? "";
}

/** Where Docker explains a rule: its name in small letters, words put together with `-`. */
export function ruleUrl(rule: string): string {
  const words = rule.replaceAll(/([a-z])([A-Z])|([A-Z]+)([A-Z][a-z])/g, "$1$3-$2$4").toLowerCase();
  return `https://docs.docker.com/go/dockerfile/rule/${words}/`;
}
