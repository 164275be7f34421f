import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { readSchemaFiles } from "../../src/compose/validator/generate/schema-files.ts";

const schema = join(import.meta.dirname, "../../schema");

/** What the schema of an output finds wrong with a value; nothing when it holds. */
export function refusals(name: string, value: unknown): unknown {
  const ajv = new Ajv({ strictTypes: false, keywords: ["patternErrorMessage"] });
  for (const [file, section] of readSchemaFiles(schema)) ajv.addSchema(section, file);
  const validate = ajv.compile(readOutputSchema(name));
  return validate(JSON.parse(JSON.stringify(value))) ? [] : validate.errors;
}

/** The references of outputs start one folder deeper than the names of the sections. */
function readOutputSchema(name: string): object {
  return JSON.parse(
    readFileSync(join(schema, "output", `${name}.json`), "utf8").replaceAll("../compose.json", "compose.json"),
  );
}
