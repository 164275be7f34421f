import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attributePaths } from "../../../src/compose/validator/generate/attributes.ts";
import { expand, readSchemaFiles } from "../../../src/compose/validator/generate/schema-files.ts";
import { readSupport } from "../../../src/compose/validator/generate/support.ts";

const schema = join(import.meta.dirname, "../../../schema");
const attributes = [...attributePaths(expand(readSchemaFiles(schema))).keys()];
const support = readSupport(join(schema, "support.yaml"));

describe("schema/support.yaml", () => {
  test("has exactly one row for every attribute of the language", () => {
    expect([...support.keys()].toSorted()).toEqual(attributes.toSorted());
  });

  test("gives a reason for every attribute that is not simply honoured", () => {
    const silent = [...support].filter(([, { kind, text = "" }]) => kind !== "honoured" && text.length < 10);
    expect(silent).toEqual([]);
  });
});
