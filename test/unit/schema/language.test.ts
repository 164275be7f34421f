import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { attributePaths } from "../../../src/compose/validator/generate/attributes.ts";
import { validateCompose } from "../../../src/compose/validator/compose.generated.ts";
import { expand, readSchemaFiles, type Schema } from "../../../src/compose/validator/generate/schema-files.ts";

const root = join(import.meta.dirname, "../../..");
const language = expand(readSchemaFiles(join(root, "schema")));
const attributes = attributePaths(language);

describe("the schema of the language", () => {
  test("tells of every attribute what it is for, in a sentence", () => {
    expect(pathsWhere(({ description = "" }) => !/^.{10,}[.)]$/s.test(description))).toEqual([]);
  });

  test("shows an example of every attribute", () => {
    expect(pathsWhere(({ examples = [] }) => examples.length === 0)).toEqual([]);
  });

  test("accepts its own examples and defaults", () => {
    const isRefused = (path: string, value: unknown): boolean => !documentsWith(path, value).some(validateCompose);
    expect(
      pathsWhere(({ examples = [], default: usual = examples[0] }, path) =>
        [...examples, usual].some((value) => isRefused(path, value)),
      ),
    ).toEqual([]);
  });
});

function pathsWhere(holds: (attribute: Schema, path: string) => boolean): string[] {
  return [...attributes].filter(([path, attribute]) => holds(attribute, path)).map(([path]) => path);
}

const publishedFile = join(root, "../shared/reference/data/compose-spec.json");
const publishedText = existsSync(publishedFile) ? readFileSync(publishedFile, "utf8") : undefined;

/** Attributes of Docker Compose that the published schema has not caught up with. */
const ahead = /^services\.\*\.(pre_start|build\.no_cache_filter)\b/;

/** Maps that the published schema forgot to close or to look into: there a slip would pass unseen. */
const stricter: ReadonlySet<string> = new Set([
  "networks",
  "models",
  "services.*.models",
  "services.*.gpus",
  "configs.*.external",
  "secrets.*.external",
  "services.*.ulimits",
  "services.*.build.ulimits",
]);

/** What Docker Compose takes although the published schema does not: its own canonical form of a list of models. */
const laxer: ReadonlySet<string> = new Set(['{"services":{"a":{"models":{"a":null}}}}']);

describe.runIf(publishedText !== undefined)("beside the published schema", () => {
  const published = JSON.parse(publishedText ?? "{}") as Schema & { $schema?: string; $id?: string };
  const { $schema: _, $id: __, ...schema } = published;
  const validatePublished = new Ajv({ allErrors: true, strict: false, strictNumbers: false }).compile(schema);
  const publishedAttributes = attributePaths(expand(new Map([["compose.json", schema]])));

  test("knows the same attributes", () => {
    const ours = [...attributes.keys()].filter((path) => !ahead.test(path));
    expect(ours.toSorted()).toEqual([...publishedAttributes.keys()].toSorted());
  });

  test("accepts and refuses the same values everywhere", () => {
    const differing = [...publishedAttributes.keys()].flatMap((path) => {
      const documents = documentsToTry(path);
      return documents
        .filter((document) => validateCompose(document) !== validatePublished(document))
        .filter((document) => validateCompose(document) || !stricter.has(path))
        .map((document) => JSON.stringify(document))
        .filter((text) => !laxer.has(text));
    });
    expect(differing).toEqual([]);
  });

  test("is reached by values that it accepts, at every attribute", () => {
    const unreached = [...attributes.keys()].filter((path) => !documentsToTry(path).some(validateCompose));
    expect(unreached).toEqual([]);
  });
});

function documentsToTry(path: string): unknown[] {
  return [...samples, ...(attributes.get(path)?.examples ?? [])].flatMap((value) => documentsWith(path, value));
}

const scalars = [true, "text", "all", "host", "sync", "", 3, -1, 101, 2000, 1.5, null];
const lists = [[], ["a"], ["a", "a"], [1], [1.5], [true], [null], [[]], [{}], [{ "x-a": 1 }], [{ nope: 1 }]];
const flatMaps = [{}, { "x-a": 1 }, { nope: 1 }, { a: "b" }, { a: null }, { a: true }, { a: 1.5 }, { "a b": "c" }];
const deepMaps = [{ a: {} }, { a: [] }, { a: ["b", "b"] }, { a: [1] }, { a: { nope: 1 } }, { a: { "x-a": 1 } }];

/** Values of every kind that some attribute takes, and some that none does. */
const samples: readonly unknown[] = [...scalars, ...lists, ...flatMaps, ...deepMaps];

/** What must stand beside any attribute of a map, by the end of the map's path. */
const companions: Readonly<Record<string, object>> = {
  "ulimits.*": { soft: 1, hard: 1 },
  "depends_on.*": { condition: "service_started" },
  "services.*.devices.*": { source: "/dev/null" },
  "reservations.devices.*": { capabilities: ["gpu"] },
  "env_file.*": { path: "a.env" },
  extends: { service: "a" },
  "volumes.*": { type: "bind" },
  "models.*": { model: "a" },
  "watch.*": { path: ".", action: "rebuild" },
  "post_start.*": { command: "a" },
  "pre_stop.*": { command: "a" },
  exec: { command: "a" },
  provider: { type: "a" },
};

/** Documents that hold a value at a path; `*` may be an item or a name, so both are tried. */
function documentsWith(path: string, value: unknown): unknown[] {
  const parts = path.split(".");
  return parts.reduceRight<unknown[]>(
    (inner, part, index) => {
      if (part === "*") return [...inner.map((child) => [child]), ...inner.map((child) => ({ a: child }))];
      const parent = parts.slice(0, index).join(".");
      const beside = Object.entries(companions).find(([end]) => parent.endsWith(end) && parent !== "volumes.*");
      const isServiceModel = parent.startsWith("services") && parent.endsWith("models.*");
      return inner.map((child) => ({ ...(isServiceModel ? {} : beside?.[1]), [part]: child }));
    },
    [value],
  );
}
