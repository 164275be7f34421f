import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { languagePath, languageTypes } from "../../toolchain/language.ts";

test("the types of the language are what the schema says; npm run language writes them anew", () => {
  expect(languageTypes()).toBe(readFileSync(languagePath, "utf8"));
});
