import { describe, expect, test } from "vitest";
import { readDockerfile } from "../../../../src/embedded/build/dockerfile/read-dockerfile.ts";
import { adviceOn } from "../../../../src/embedded/build/plan/advice.ts";

function rulesOf(text: string): string[] {
  return adviceOn(readDockerfile(text)).warnings.map(({ rule, location }) => `${location.firstLine} ${rule}`);
}

describe("advice on a Dockerfile", () => {
  test.for([
    ["FROM x\nCMD ['a']\nRUN b", ["2 JSONArgsRecommended"]],
    ['FROM x\nSHELL ["sh"]\nCMD a', []],
    ["FROM x\nCMD []\nCMD []", ["2 MultipleInstructionsDisallowed"]],
    ["FROM x\nENV a b\nLABEL c d", ["2 LegacyKeyValueFormat", "3 LegacyKeyValueFormat"]],
    ["FROM x\nMAINTAINER a", ["2 MaintainerDeprecated"]],
    ["FROM x\nRUN a \\\n\n b", ["4 NoEmptyContinuation"]],
    ["FROM x AS Build\nFROM y AS build", ["1 StageNameCasing", "2 DuplicateStageName"]],
    ["FROM x as y", ["1 FromAsCasing"]],
    ["FROM x AS scratch", ["1 ReservedStageName"]],
    ["FROM x\nrun a\nRUN b\nWorkdir /c", ["2 ConsistentInstructionCasing", "4 ConsistentInstructionCasing"]],
    [
      "FROM x\nARG DB_PASSWORD PUBLIC_KEY MONKEY\nENV API_TOKEN=x KEY_FILE=y",
      ["2 SecretsUsedInArgOrEnv", "3 SecretsUsedInArgOrEnv"],
    ],
    ["# check=skip=maintainerdeprecated\nFROM x\nMAINTAINER a\nCMD b", ["4 JSONArgsRecommended"]],
    ["# check=skip=all\nFROM x\nMAINTAINER a", []],
  ] as const)("of %j: %j", ([text, wanted]) => {
    expect(rulesOf(text)).toEqual(wanted);
  });

  test("is a failure where the Dockerfile wants it to be", () => {
    expect(adviceOn(readDockerfile("# check=error=true\nFROM x")).isError).toBe(true);
    expect(adviceOn(readDockerfile("# check=skip=all;error=true\nFROM x")).isError).toBe(true);
    expect(adviceOn(readDockerfile("FROM x")).isError).toBe(false);
  });
});
