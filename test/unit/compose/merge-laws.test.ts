import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { merge } from "../../../src/compose/merge.ts";
import { type MapTree, mapTree, type Plain, plainOf, type Sketch, treeOf } from "../../../src/compose/tree.ts";
import { enforceUniqueness } from "../../../src/compose/uniqueness.ts";

const key = fc.constantFrom("A", "B", "C");
const value = fc.constantFrom("1", "2", "3");
const mapping = fc.dictionary(key, value);

/** Attributes of each kind that the specification knows: replaced, merged by key, appended, unique by some part. */
const service = fc.record(
  {
    image: value,
    command: fc.oneof(fc.array(value), fc.constant(null)),
    environment: fc.oneof(mapping, fc.array(fc.tuple(key, value).map((pair) => pair.join("=")))),
    labels: mapping,
    cap_add: fc.uniqueArray(value),
    dns: fc.oneof(value, fc.uniqueArray(value)),
    depends_on: fc.oneof(fc.uniqueArray(key), fc.dictionary(key, fc.constant({ condition: "service_healthy" }))),
    networks: fc.oneof(fc.uniqueArray(key), fc.dictionary(key, fc.record({ priority: fc.nat(3) }))),
    ports: fc.uniqueArray(value.map((port) => `${port}:80`)),
    volumes: fc.uniqueArray(
      fc.tuple(value, key).map(([source, target]) => `/${source}:/${target}`),
      { selector: (it) => it.split(":")[1] },
    ),
    ulimits: fc.dictionary(
      fc.constantFrom("nofile", "nproc"),
      fc.oneof(fc.nat(9), fc.record({ soft: fc.nat(9), hard: fc.nat(9) })),
    ),
    deploy: fc.record({ replicas: fc.nat(3), labels: mapping }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const file = fc.dictionary(fc.constantFrom("web", "db"), service).map((services) => ({ services }));

const at = { file: "a.yaml", line: 1, column: 1 };
const nothing: MapTree = mapTree([], at);

function modelOf(model: Sketch): MapTree {
  const tree = treeOf(model, at);
  if (tree.kind !== "map") throw new Error("not a model");
  return put(nothing, tree);
}

function put(base: MapTree, override: MapTree): MapTree {
  return enforceUniqueness(
    merge(base, override, ({ message }) => {
      throw new Error(message);
    }),
  );
}

/** What a model says, whatever form its variables have and whatever the order of what is a set. */
function meaning(model: Plain): Plain {
  if (Array.isArray(model)) {
    const items = model.map(meaning);
    return items.every((item) => typeof item === "string") ? items.toSorted() : items;
  }
  if (model === null || typeof model !== "object") return model;
  return Object.fromEntries(
    Object.entries(model).map(([name, inner]) => [name, name === "environment" ? assignments(inner) : meaning(inner)]),
  );
}

function assignments(variables: Plain): Plain {
  if (!Array.isArray(variables)) return variables;
  return Object.fromEntries(variables.map((line) => String(line).split("=", 2) as [string, string]));
}

describe("merging", () => {
  // In portions: the time limit is one of each test, and a busy machine takes its time.
  test.for([1, 2, 3, 4, 5])("means the same from the left and from the right, hundred %i", () => {
    fc.assert(
      fc.property(file, file, file, (one, two, three) => {
        const [a, b, c] = [modelOf(one), modelOf(two), modelOf(three)];
        const left = meaning(plainOf(put(put(a, b), c)));
        expect(meaning(plainOf(put(a, put(b, c))))).toEqual(left);
      }),
      { numRuns: 100 },
    );
  });

  test("of nothing changes nothing", () => {
    fc.assert(
      fc.property(file, (model) => {
        const tree = modelOf(model);
        expect(put(tree, nothing)).toEqual(tree);
        expect(plainOf(put(nothing, tree))).toEqual(plainOf(tree));
      }),
    );
  });

  test("of the same file again changes nothing but what is appended", () => {
    fc.assert(
      fc.property(file, (model) => {
        const tree = modelOf(model);
        expect(meaning(plainOf(put(tree, tree)))).toEqual(meaning(plainOf(put(put(tree, tree), tree))));
      }),
    );
  });
});
