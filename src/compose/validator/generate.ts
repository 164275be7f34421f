// Turns the schema of the language into code, at build time: compiling it at run time would cost every start 150 ms.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import { attributePaths, attributesOf } from "./generate/attributes.ts";
import { expand, readSchemaFiles, type Schema, type SchemaFiles } from "./generate/schema-files.ts";
import { readSupport } from "./generate/support.ts";

const root = join(import.meta.dirname, "../../..");
const files = readSchemaFiles(join(root, "schema"));
writeFileSync(join(import.meta.dirname, "compose.generated.ts"), generate(files));
writeFileSync(join(import.meta.dirname, "support.generated.ts"), generateSupport(files));

function generate(schemas: SchemaFiles): string {
  const code = compile(schemas)
    .replace('"use strict";', "")
    .replace(/const (\w+) = require\("ajv\/dist\/runtime\/equal"\)\.default;/g, "const $1 = isDeepStrictEqual;")
    // Copying all errors for every further one takes hours where there are many.
    .replaceAll("vErrors.concat(", "appended(vErrors, ")
    .replace(
      /^export const validateCompose = /m,
      "export const validateCompose: { (data: unknown): boolean; errors?: readonly Problem[] | null } = ",
    );
  if (code.includes("require(")) throw new Error("the validator needs a part of ajv that would have to be bundled");
  return `// @ts-nocheck Made from schema/ by src/compose/validator/generate.ts.
import { isDeepStrictEqual } from "node:util";
import type { Attributes } from "./known-keys.ts";
import type { Problem } from "./problem.ts";

/** Every key of the language, nested. */
export const attributes: Attributes = ${JSON.stringify(attributesOf(expand(schemas)))};

/** One good value of every attribute that has one, as YAML. */
export const examples: Readonly<Record<string, string>> = ${JSON.stringify(examplesOf(expand(schemas)))};

/** What a text must look like, by pattern. */
export const patternMeanings: Readonly<Record<string, string>> = ${JSON.stringify(patternMeanings(schemas))};

function appended(errors, more) {
  for (const error of more) errors.push(error);
  return errors;
}

${code}`;
}

function generateSupport(schemas: SchemaFiles): string {
  const support = readSupport(join(root, "schema/support.yaml"));
  const attributes = attributePaths(expand(schemas));
  const isIgnored = (path: string): boolean => support.get(path)?.kind === "ignored";
  const rows = [...attributes]
    // Of an attribute and its parts only the first is told; the obsolete version has a warning of its own.
    .filter(([path]) => isIgnored(path) && !isIgnored(path.replace(/(\.\*)*(^|\.)[^.*]+$/, "")) && path !== "version")
    .map(([pattern, { default: usual }]) => ({ pattern, reason: support.get(pattern)?.text ?? "", usual }));
  return `// Made from schema/support.yaml by src/compose/validator/generate.ts.

/** Attributes without effect: where, why, and the value that asks for nothing anyway. */
export const ignoredAttributes: readonly {
  readonly pattern: string;
  readonly reason: string;
  readonly usual?: unknown;
}[] = ${JSON.stringify(rows)};
`;
}

function compile(schemas: SchemaFiles): string {
  const ajv = new Ajv({
    allErrors: true,
    // Go reads .inf as a number, so does the language.
    strictNumbers: false,
    // Forms of one attribute differ by type; keywords of the other types then do nothing, by intent.
    strictTypes: false,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true, lines: true },
  });
  for (const [name, schema] of schemas) ajv.addSchema(stripped(schema), name);
  return standalone.default(ajv, { validateCompose: "compose.json" });
}

/** Words are for people and editors; the validator would only carry them around. */
function stripped(schema: Schema): Schema {
  const holdsNames = new Set(["properties", "patternProperties", "definitions"]);
  const words = new Set([
    "$comment",
    "title",
    "description",
    "examples",
    "default",
    "deprecated",
    "patternErrorMessage",
  ]);
  const strip = (node: unknown, isNames = false): unknown => {
    if (Array.isArray(node)) return node.map((item) => strip(item));
    if (typeof node !== "object" || node === null) return node;
    const kept = Object.entries(node).filter(([key]) => isNames || !words.has(key));
    return Object.fromEntries(kept.map(([key, value]) => [key, strip(value, !isNames && holdsNames.has(key))]));
  };
  return strip(schema) as Schema;
}

function examplesOf(schema: Schema): Record<string, string> {
  const all = attributePaths(schema)
    .entries()
    .map(([path, { examples = [] }]) => [path, exampleText(examples[0])]);
  return Object.fromEntries(all.filter(([, text]) => text !== undefined));
}

/** Short enough for one line of a terminal, else nothing. */
function exampleText(example: unknown): string | undefined {
  const text = JSON.stringify(example)?.replaceAll(/(?<=[,:])(?=["[{])/g, " ");
  return text !== undefined && text.length <= 60 ? text : undefined;
}

function patternMeanings(schemas: SchemaFiles): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const { pattern, patternErrorMessage } = node as Schema;
    if (typeof pattern === "string" && patternErrorMessage !== undefined) found[pattern] = patternErrorMessage;
    for (const child of Object.values(node)) visit(child);
  };
  for (const schema of schemas.values()) visit(schema);
  return found;
}
