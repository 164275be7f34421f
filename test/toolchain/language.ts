// The language of compose files as TypeScript types, for files that are written in it. `npm run language` writes it to
// src/define/compose-file.ts from schema/; a test holds the two together.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { readSchemaFiles, type Schema } from "../../src/compose/validator/generate/schema-files.ts";

const root = join(import.meta.dirname, "../..");
const schemas = readSchemaFiles(join(root, "schema"));

/** Where the types are kept. */
export const languagePath: string = join(root, "src/define/compose-file.ts");

/** What functions that put files together take and give. */
const offered = new Set(["ComposeFile", "ServiceDefinition", "NetworkDefinition", "VolumeDefinition"]);

/** What sections have in common, by the name that it gets: what is more than a choice of plain values, and written twice. */
const shared = new Map<string, string>();

/** Makes the types from the schema as it is. */
export function languageTypes(): string {
  const sections = [...schemas].filter(([file]) => file !== "sections/forms.json");
  shared.clear();
  return formatted(
    [
      "// Made from schema/ by test/toolchain/language.ts: npm run language. One file, however long, since it is one language.",
      ...sections.map(([file, schema]) => {
        const isOffered = offered.has(nameOf(file));
        return `${comment(schema)}${isOffered ? "export " : ""}type ${nameOf(file)} = ${typeOf(schema, file)};`;
      }),
      ...shared.values(),
    ].join("\n\n"),
  );
}

/** The keywords that only matter here. */
interface Worded extends Schema {
  readonly enum?: readonly unknown[];
  readonly deprecated?: boolean;
}

function nameOf(file: string): string {
  if (file === "compose.json") return "ComposeFile";
  const words = posix.basename(file, ".json").split("-");
  return `${words.map(capitalized).join("")}Definition`;
}

function typeOf(schema: Worded, file: string): string {
  const { $ref, allOf, type, enum: choices, required = [] } = schema;
  if ($ref !== undefined) return referred($ref, file);
  if (allOf !== undefined) {
    const wanted = required.map((key) => JSON.stringify(key)).join(" | ");
    return allOf.map((each) => `WithAll<${typeOf(each, file)}, ${wanted}>`).join(" & ");
  }
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(" | ");
  if (type === undefined) return "unknown";
  return [type]
    .flat()
    .map((each) => shapeOf(each, schema, file))
    .join(" | ");
}

function shapeOf(type: string, schema: Worded, file: string): string {
  if (type === "integer") return "number";
  if (type === "array") return `readonly (${typeOf(schema.items ?? {}, file)})[]`;
  return type === "object" ? objectOf(schema, file) : type;
}

function objectOf(schema: Schema, file: string): string {
  const { properties = {}, patternProperties = {}, additionalProperties, required = [] } = schema;
  const members = Object.entries(properties).map(([key, child]) => {
    // What a program works out may turn out to be nothing: that is left out.
    const [mark, more] = required.includes(key) ? ["", ""] : ["?", " | undefined"];
    return `${comment(child)}readonly ${JSON.stringify(key)}${mark}: ${typeOf(child, file)}${more};`;
  });
  const named = Object.entries(patternProperties).filter(([pattern]) => pattern !== "^x-");
  const free = named[0]?.[1] ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
  if (free !== undefined) members.push(`readonly [name: string]: ${typeOf(free, file)} | undefined;`);
  if ("^x-" in patternProperties) members.push("readonly [extension: `x-${string}`]: unknown;");
  return `{ ${members.join("\n")} }`;
}

/** Sections and what they share have names of their own, which messages of the compiler show; all else is written out. */
function referred(ref: string, from: string): string {
  const [path = "", pointer = ""] = ref.split("#");
  const file = path === "" ? from : posix.join(posix.dirname(from), path);
  if (pointer === "") return nameOf(file);
  const target = schemas.get(file)?.definitions?.[pointer.replace("/definitions/", "")];
  if (target === undefined) throw new Error(`${from}: nothing is at "${ref}"`);
  const type = typeOf(target, file);
  if (!type.includes("{") || timesReferred(file, pointer) < 2) return type;
  const name = capitalized(pointer.replace("/definitions/", ""));
  const text = `${comment(target)}type ${name} = ${type};`;
  if ((shared.get(name) ?? text) !== text) throw new Error(`${from}: two definitions would be named ${name}`);
  shared.set(name, text);
  return name;
}

/** How often schemas refer to a definition. */
function timesReferred(target: string, pointer: string): number {
  const counts = [...schemas].map(([file, schema]) => {
    const path = file === target ? "" : posix.relative(posix.dirname(file), target);
    return JSON.stringify(schema).split(JSON.stringify(`${path}#${pointer}`)).length - 1;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function capitalized(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

function comment({ description, deprecated = false, default: usual }: Worded): string {
  const words = [
    ...(description === undefined ? [] : [description]),
    ...(usual === undefined ? [] : [`Default: \`${JSON.stringify(usual)}\`.`]),
  ].map((text) => text.replaceAll("*/", "* /"));
  if (deprecated) return `\n/**\n * ${words.join(" ")}\n * @deprecated\n */\n`;
  return words.length === 0 ? "" : `\n/** ${words.join(" ")} */\n`;
}

function formatted(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tscompose-language-"));
  try {
    const file = join(folder, "language.ts");
    const helper = "type WithAll<Part, Key extends keyof Part> = Part & { readonly [Each in Key]-?: Part[Each] };";
    writeFileSync(file, `${text}\n\n/** A part of which some keys have to be there. */\n${helper}\n`);
    const oxfmt = join(root, "node_modules/.bin/oxfmt");
    const made = spawnSync(process.execPath, [oxfmt, "-c", join(root, ".oxfmtrc.json"), file]);
    if (made.status !== 0) throw new Error(`${made.stdout.toString()}${made.stderr.toString()}`);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) writeFileSync(languagePath, languageTypes());
