import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../../src/compose/diagnostic.ts";
import { parse } from "../../../src/compose/parse.ts";
import { validate } from "../../../src/compose/validate.ts";

/** A mistake in one line: `2:9 message [code] | hint`. */
function mistakesIn(text: string): string[] {
  const found: Diagnostic[] = [];
  const [tree] = parse(text, "compose.yaml", (diagnostic) => found.push(diagnostic)) ?? [];
  if (tree === undefined) throw new Error("the text is not YAML");
  const isValid = validate(tree, (diagnostic) => found.push(diagnostic));
  expect(isValid).toBe(found.length === 0);
  return found.map(({ at, message, code, hint }) => {
    const place = at === undefined ? "?" : `${at.line}:${at.column}`;
    return `${place} ${message} [${code}]${hint === undefined ? "" : ` | ${hint}`}`;
  });
}

/** The mistakes in one service, written from line 3 on. */
function mistakesInService(text: string): string[] {
  return mistakesIn(`services:\n  web:\n${text.replaceAll(/^/gm, "    ")}\n`);
}

describe("validate", () => {
  test("accepts short and long forms, extensions and empty resources", () => {
    expect(
      mistakesIn(`
x-anything: { at: [all] }
include: [other.yaml]
services:
  web:
    image: nginx
    ports: ["80:80", 8080, { target: 90, x-note: y }]
    environment: { A: 1, B: true, C: null, D: text }
    depends_on: { db: { condition: service_healthy } }
    ulimits: { nproc: 5, nofile: { soft: 1, hard: 2 } }
    command: null
    deploy:
  db: { image: postgres, healthcheck: { test: [CMD, pg_isready], interval: 5s }, labels: [a=b] }
networks: { back: }
volumes: { data: { external: { name: x } } }
`),
    ).toEqual([]);
  });

  test("tells every mistake at once, in the order of the file", () => {
    expect(
      mistakesIn(`
services:
  web:
    image: 3
    prots: []
  db:
    labels: 5
wolumes: {}
`).map((line) => line.split(" ")[0]),
    ).toEqual(["4:12", "5:5", "7:13", "8:1"]);
  });

  test.each([
    {
      wrong: "ports: [true]",
      says: "3:13 services.web.ports[0]: expected a number, string or mapping, got true [wrong-type]",
    },
    {
      wrong: "image: 3",
      says: '3:12 services.web.image: expected a string, got 3 [wrong-type] | put quotes around it: "3"',
    },
    {
      wrong: "user: 2020-01-01",
      says: '3:11 services.web.user: expected a string, got the date 2020-01-01 [wrong-type] | put quotes around it: "2020-01-01"',
    },
    {
      wrong: "cap_add:",
      says: "3:5 services.web.cap_add: expected a list, got nothing [wrong-type] | give it a value, or remove the key",
    },
    {
      wrong: "cap_add: ~",
      says: "3:14 services.web.cap_add: expected a list, got ~ [wrong-type] | give it a value, or remove the key",
    },
    {
      wrong: 'expose: "80"',
      says: '3:13 services.web.expose: expected a list, got "80" [wrong-type] | write a list: ["80"]',
    },
    {
      wrong: "privileged: 3",
      says: "3:17 services.web.privileged: expected true, false or a string, got 3 [wrong-type] | for example privileged: true",
    },
    {
      wrong: "healthcheck: { interval: 5 }",
      says: "3:30 services.web.healthcheck.interval: expected a string, got 5 [wrong-type] | add a unit: 5s",
    },
    {
      wrong: "environment: [FOO: bar]",
      says: '3:19 services.web.environment[0]: expected a string, got a mapping [wrong-type] | write "FOO=bar", or leave out the dash',
    },
    {
      wrong: "healthcheck: [CMD, x]",
      says: '3:18 services.web.healthcheck: expected a mapping, got a list [wrong-type] | write "key: value" lines, without dashes',
    },
  ])("says which forms are accepted: $wrong", ({ wrong, says }) => {
    expect(mistakesInService(wrong)).toEqual([says]);
  });

  test.each([
    { wrong: "enviroment: {}", hint: 'did you mean "environment"?' },
    { wrong: "dependsOn: []", hint: 'did you mean "depends_on"?' },
    { wrong: "DNS: x", hint: 'did you mean "dns"?' },
    { wrong: "replicas: 3", hint: '"replicas" belongs to services.web.deploy' },
    { wrong: "context: .", hint: '"context" belongs to services.web.build' },
  ])("finds the key that was meant by $wrong", ({ wrong, hint }) => {
    const key = wrong.split(":")[0] ?? "";
    expect(mistakesInService(wrong)).toEqual([`3:5 services.web.${key}: unknown key [unknown-key] | ${hint}`]);
  });

  test.each([
    {
      wrong: "web: { image: nginx }",
      says: '1:1 web: unknown key [unknown-key] | services are written under "services:"',
    },
    { wrong: "zzzzz: 1", says: "1:1 zzzzz: unknown key [unknown-key]" },
    {
      wrong: "services: { a b: { image: x } }",
      says: '1:13 services.a b: a name may hold only letters, digits, ".", "_" and "-", got "a b" [invalid-name]',
    },
    {
      wrong: "services: { web: }",
      says: "1:13 services.web: expected a mapping, got nothing [wrong-type] | give it a value, or remove the key",
    },
    {
      wrong: "models: { m: { modl: x } }",
      says: '1:16 models.m.modl: unknown key [unknown-key] | did you mean "model"?',
    },
  ])("places mistakes outside services: $wrong", ({ wrong, says }) => {
    expect(mistakesIn(wrong)).toEqual([says]);
  });

  test.each([
    {
      wrong: "depends_on: { db: {} }",
      says: '3:19 services.web.depends_on.db: "condition" is missing [missing-key] | for example condition: "service_healthy"',
    },
    {
      wrong: "depends_on: { db: { condition: service_helthy } }",
      says: '3:36 services.web.depends_on.db.condition: expected service_started, service_healthy or service_completed_successfully, got "service_helthy" [invalid-value] | did you mean "service_healthy"?',
    },
    {
      wrong: "cpu_percent: 101",
      says: "3:18 services.web.cpu_percent: expected at most 100, got 101 [out-of-range]",
    },
    {
      wrong: "gpus: some",
      says: '3:11 services.web.gpus: expected "all" or a list of requests, got "some" [invalid-value]',
    },
    {
      wrong: "cgroup: 3",
      says: "3:13 services.web.cgroup: expected host or private, got 3 [invalid-value]",
    },
    {
      wrong: "volumes: [{ typ: bind, target: /a }]",
      says: '3:17 services.web.volumes[0].typ: unknown key [unknown-key] | did you mean "type"?',
    },
    {
      wrong: "cap_add: [A, B, A]",
      says: '3:21 services.web.cap_add[2]: repeats item 0 of the list, got "A" [repeated-item] | remove one of them',
    },
    {
      wrong: "devices: [/dev/a: /dev/b]",
      says: '3:15 services.web.devices[0]./dev/a: unknown key [unknown-key] | write "/dev/a:/dev/b", without a space',
    },
    {
      wrong: "volumes: [./a: /b]",
      says: '3:15 services.web.volumes[0]../a: unknown key [unknown-key] | write "./a:/b", without a space',
    },
  ])("says what is wrong with the value: $wrong", ({ wrong, says }) => {
    expect(mistakesInService(wrong)).toEqual([says]);
  });

  test("places and explains every mistake of whatever is written", () => {
    const attribute = fc.constantFrom("ports", "environment", "build", "depends_on", "deploy", "healthcheck", "xyz");
    fc.assert(
      fc.property(attribute, fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        for (const line of mistakesInService(JSON.stringify({ [key]: value }))) {
          expect(line).toMatch(/^\d+:\d+ services\.web\.\S[^]*: [^]+ \[[a-z-]+\]/);
        }
      }),
    );
  });

  test("keeps keys that are special in JavaScript apart from ours", () => {
    expect(mistakesInService("__proto__: {}\nconstructor: 1\nenvironment: { __proto__: x, constructor: y }")).toEqual([
      "3:5 services.web.__proto__: unknown key [unknown-key]",
      "4:5 services.web.constructor: unknown key [unknown-key]",
    ]);
  });
});
