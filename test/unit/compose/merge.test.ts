import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { merge } from "../../../src/compose/merge.ts";
import { parse } from "../../../src/compose/parse.ts";
import { entryOf, type MapTree, mapTree, type Plain, plainOf } from "../../../src/compose/tree.ts";
import { enforceUniqueness } from "../../../src/compose/uniqueness.ts";

interface Merged {
  readonly tree: MapTree;
  readonly told: readonly Diagnostic[];
}

/** Lays texts over each other, in order. */
function lay(...texts: readonly string[]): Merged {
  const told: Diagnostic[] = [];
  const documents = texts.flatMap((text, index) => parse(text, `${index}.yaml`, (it) => told.push(it)) ?? []);
  const nothing = mapTree([], { file: "0.yaml", line: 1, column: 1 });
  const tree = documents.reduce((base, next) => enforceUniqueness(merge(base, next, (it) => told.push(it))), nothing);
  return { tree, told };
}

/** The same below one service. */
function layService(...texts: readonly string[]): Plain | undefined {
  const { tree, told } = lay(...texts.map((text) => `services: {a: ${text}}`));
  expect(told).toEqual([]);
  const service = entryOf(entryOf(tree, "services"), "a");
  return service === undefined ? undefined : plainOf(service);
}

describe("merge", () => {
  test.each<[string, string, string, unknown]>([
    ["deep-merges mappings", "{x-a: {b: 1, c: 1}}", "{x-a: {c: 2, d: 2}}", { "x-a": { b: 1, c: 2, d: 2 } }],
    ["appends lists", "{group_add: [a]}", "{group_add: [b, a]}", { group_add: ["a", "b", "a"] }],
    ["replaces scalars, also by other types", "{image: a}", "{image: 5}", { image: 5 }],
    ["keeps what nothing overrides", "{image: a, ports: ['80']}", "{image: , ports: }", { image: "a", ports: ["80"] }],
    [
      "replaces commands",
      "{command: [a], entrypoint: a}",
      "{command: b, entrypoint: [b]}",
      { command: "b", entrypoint: ["b"] },
    ],
    [
      "clears commands by nothing",
      "{command: a, healthcheck: {test: a}}",
      "{command: , healthcheck: {test: }}",
      { command: null, healthcheck: { test: null } },
    ],
    [
      "merges variables by key",
      "{environment: {A: 1, B: 1}}",
      "{environment: {B: 2, A: }}",
      { environment: { A: null, B: 2 } },
    ],
    [
      "merges lists of variables by key",
      "{environment: [A=1, B=1]}",
      "{environment: [B=2, C]}",
      { environment: ["A=1", "B=2", "C"] },
    ],
    [
      "merges variables of both forms",
      "{environment: {B: 1.10, A: }}",
      "{environment: [B=2]}",
      { environment: ["A", "B=2"] },
    ],
    ["merges labels by key", "{labels: {a: 1}}", "{labels: [a=2]}", { labels: ["a=2"] }],
    ["merges single texts into lists", "{dns: 1.1.1.1}", "{dns: [8.8.8.8, 1.1.1.1]}", { dns: ["1.1.1.1", "8.8.8.8"] }],
    ["completes a short build", "{build: .}", "{build: {target: t}}", { build: { context: ".", target: "t" } }],
    [
      "replaces the context by a short build",
      "{build: {context: a, target: t}}",
      "{build: b}",
      { build: { context: "b", target: "t" } },
    ],
    [
      "merges lists of networks with mappings",
      "{networks: [n]}",
      "{networks: {n: {aliases: [x]}, m: }}",
      { networks: { n: { aliases: ["x"] }, m: null } },
    ],
    [
      "merges lists of dependencies with mappings",
      "{depends_on: [d]}",
      "{depends_on: {d: {condition: service_healthy}}}",
      { depends_on: { d: { condition: "service_healthy", required: true } } },
    ],
    [
      "merges logging of one driver",
      "{logging: {driver: a, options: {x: 1}}}",
      "{logging: {driver: a, options: {y: 2}}}",
      { logging: { driver: "a", options: { x: 1, y: 2 } } },
    ],
    [
      "replaces logging of another driver",
      "{logging: {driver: a, options: {x: 1}}}",
      "{logging: {driver: b}}",
      { logging: { driver: "b" } },
    ],
    ["keeps logging that nothing overrides", "{logging: {driver: a}}", "{logging: }", { logging: { driver: "a" } }],
    [
      "replaces a limit as a whole",
      "{ulimits: {nofile: {soft: 1, hard: 2}}}",
      "{ulimits: {nofile: 3}}",
      { ulimits: { nofile: 3 } },
    ],
    [
      "collects hosts, but not twice the same",
      "{extra_hosts: {a: 1.1.1.1}}",
      "{extra_hosts: [a=1.1.1.1, a=2.2.2.2]}",
      { extra_hosts: ["a=1.1.1.1", "a=2.2.2.2"] },
    ],
    ["knows ports by what they bind", "{ports: ['80:80', '81']}", "{ports: ['80:80', 81]}", { ports: ["80:80", 81] }],
    [
      "knows mounts by target",
      "{volumes: ['one:/x', 'two:/y']}",
      "{volumes: ['./b:/x:ro', {type: tmpfs, target: /y}]}",
      { volumes: ["./b:/x:ro", { type: "tmpfs", target: "/y" }] },
    ],
    [
      "knows devices by target",
      "{devices: [/dev/a, '/dev/b:/dev/c']}",
      "{devices: ['/dev/x:/dev/a', '/dev/y:/dev/c:r']}",
      { devices: ["/dev/x:/dev/a", "/dev/y:/dev/c:r"] },
    ],
    [
      "knows secrets by their default target",
      "{secrets: [s, t]}",
      "{secrets: [{source: x, target: /run/secrets/s}]}",
      { secrets: [{ source: "x", target: "/run/secrets/s" }, "t"] },
    ],
    [
      "knows variable files by path",
      "{env_file: a.env}",
      "{env_file: [b.env, {path: a.env, required: false}]}",
      { env_file: [{ path: "a.env", required: false }, "b.env"] },
    ],
    ["knows a tmpfs by its whole text", "{tmpfs: /t}", "{tmpfs: [/t, '/t:size=1']}", { tmpfs: ["/t", "/t:size=1"] }],
    ["removes what is reset", "{image: a, ports: ['80']}", "{ports: !reset [x]}", { image: "a" }],
    [
      "removes one variable that is reset",
      "{environment: {A: 1, B: 1}}",
      "{environment: {A: !reset }}",
      { environment: { B: 1 } },
    ],
    [
      "replaces what is overridden",
      "{ports: ['80'], labels: {a: 1}}",
      "{ports: !override ['81'], labels: !override {b: 1}}",
      { ports: ["81"], labels: { b: 1 } },
    ],
    [
      "obeys marks where there is nothing to replace",
      "{image: a}",
      "{ports: !override [80], dns: !reset x}",
      { image: "a", ports: [80] },
    ],
  ])("%s", (_, base, override, merged) => {
    expect(layService(base, override)).toEqual(merged);
  });

  test("completes address pools by what was said of the same subnet", () => {
    const { tree } = lay(
      "networks: {n: {ipam: {config: [{subnet: A, gateway: ga}, {subnet: B, gateway: gb}]}}}",
      "networks: {n: {ipam: {config: [{subnet: B, ip_range: rb}, {subnet: C}]}}}",
    );
    expect(plainOf(tree)).toEqual({
      networks: { n: { ipam: { config: [{ subnet: "B", gateway: "gb", ip_range: "rb" }, { subnet: "C" }] } } },
    });
  });

  test.each([
    ["{cap_add: [A]}", "{cap_add: {A: 1}}", "services.a.cap_add"],
    ["{healthcheck: {test: a}}", "{healthcheck: text}", "services.a.healthcheck"],
    ["{deploy: {labels: {a: 1}}}", "{deploy: [x]}", "services.a.deploy"],
  ])("refuses to lay over %s the %s", (base, override, path) => {
    const { told } = lay(`services: {a: ${base}}`, `services: {a: ${override}}`);
    expect(told).toMatchObject([{ code: "cannot-override", at: { file: "1.yaml", line: 1 } }]);
    expect(told[0]?.message).toContain(`cannot override ${path}`);
  });

  test("leaves values where they were written, and remembers what they replaced", () => {
    const { tree } = lay("services: {a: {image: one}}", "services: {a: {image: two}}", "services: {a: {image: three}}");
    const image = entryOf(entryOf(entryOf(tree, "services"), "a"), "image");
    expect(image?.at.file).toBe("2.yaml");
    expect(image?.replaced).toMatchObject({ at: { file: "1.yaml" }, value: "two" });
    expect(image?.replaced?.replaced).toMatchObject({ at: { file: "0.yaml" }, value: "one" });
  });

  test("is the same whether three files are merged from the left or from the right, where lists are keyed", () => {
    const variables = fc.dictionary(fc.constantFrom("A", "B", "C"), fc.constantFrom("1", "2"));
    const file = variables.map((environment) => `services: {a: {environment: ${JSON.stringify(environment)}}}`);
    fc.assert(
      fc.property(file, file, file, (one, two, three) => {
        const tree = (text: string): MapTree => lay(text).tree;
        const put = (base: MapTree, next: MapTree): MapTree => merge(base, next, () => {});
        const left = put(put(tree(one), tree(two)), tree(three));
        const right = put(tree(one), put(tree(two), tree(three)));
        expect(plainOf(left)).toEqual(plainOf(right));
      }),
    );
  });
});
