import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** The keywords of JSON schema that the language is written with. */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly pattern?: string;
  /** What a text must look like, in words; editors show it as well. */
  readonly patternErrorMessage?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** Schemas by path relative to the folder of schemas: the names that `$ref`s use. */
export type SchemaFiles = ReadonlyMap<string, Schema>;

/** Reads the schema of the language: its root, `compose.json`, and the sections. */
export function readSchemaFiles(directory: string): SchemaFiles {
  const sections = readdirSync(join(directory, "sections")).map((name) => `sections/${name}`);
  return new Map(["compose.json", ...sections].map((name) => [name, readSchema(join(directory, name))]));
}

function readSchema(file: string): Schema {
  const { $schema: _, ...schema } = JSON.parse(readFileSync(file, "utf8")) as Schema & { readonly $schema?: string };
  return schema;
}

/** One schema without `$ref`s, for walking; the language has no recursion, so this ends. */
export function expand(files: SchemaFiles, file = "compose.json"): Schema {
  return expandNode(files.get(file) ?? {}, file, files);
}

function expandNode(node: Schema, file: string, files: SchemaFiles): Schema {
  const { $ref, definitions: _, ...own } = node;
  if ($ref !== undefined) return { ...expandTarget($ref, file, files), ...own };
  const each = (child: Schema): Schema => expandNode(child, file, files);
  const { properties, patternProperties, additionalProperties, items, allOf, oneOf } = own;
  return {
    ...own,
    ...(properties && { properties: mapValues(properties, each) }),
    ...(patternProperties && { patternProperties: mapValues(patternProperties, each) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: each(additionalProperties) }),
    ...(items && { items: each(items) }),
    ...(allOf && { allOf: allOf.map(each) }),
    ...(oneOf && { oneOf: oneOf.map(each) }),
  };
}

function expandTarget(ref: string, from: string, files: SchemaFiles): Schema {
  const [path = "", pointer = ""] = ref.split("#");
  const file = path === "" ? from : posix.join(posix.dirname(from), path);
  const root = files.get(file);
  const target = pointer === "" ? root : root?.definitions?.[pointer.replace("/definitions/", "")];
  if (target === undefined) throw new Error(`${from}: nothing is at "${ref}"`);
  return expandNode(target, file, files);
}

function mapValues(
  record: Readonly<Record<string, Schema>>,
  change: (schema: Schema) => Schema,
): Record<string, Schema> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
