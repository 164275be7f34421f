import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { changesOf, describeDrift, driftFrom, type Reference, unusedIn } from "../../../src/lock/drift.ts";
import { commitOf, parseGitReference } from "../../../src/lock/git-reference.ts";
import { type Lock, parseLock, printLock } from "../../../src/lock/lock.ts";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const commit = "a".repeat(40);
const lock: Lock = {
  images: { "docker.io/library/web:1": digest("1"), "docker.io/library/db:2": digest("2") },
  git: { "https://h/a.git#main": commit },
};

describe("compose.lock", () => {
  test("is written sorted, read as it was written, and keeps to its schema", () => {
    const text = printLock(lock);
    expect(text).toBe(`{
  "version": 1,
  "images": {
    "docker.io/library/db:2": "${digest("2")}",
    "docker.io/library/web:1": "${digest("1")}"
  },
  "git": {
    "https://h/a.git#main": "${commit}"
  }
}
`);
    expect(parseLock(text, "compose.lock")).toEqual(lock);
    const schema = JSON.parse(readFileSync(join(import.meta.dirname, "../../../schema/lock.json"), "utf8")) as object;
    const validate = new Ajv().compile(schema);
    expect(validate(JSON.parse(text))).toBe(true);
    expect(validate({ ...(JSON.parse(text) as object), version: 2 })).toBe(false);
  });

  test.each([
    ["{", "JSON"],
    ["[]", "expected a JSON object"],
    ["{}", "expected version 1, got undefined"],
    ['{"version":2}', "expected version 1, got 2"],
    ['{"version":1,"image":{}}', 'unknown key "image"'],
    ['{"version":1,"images":[]}', "images: expected an object"],
    ['{"version":1,"images":{"web":"1"}}', 'images.web: expected a digest, got "1"'],
    ['{"version":1,"git":{"x":"main"}}', 'git.x: expected a commit, got "main"'],
  ])("%s is refused by its path", (text, told) => {
    expect(() => parseLock(text, "/p/compose.lock")).toThrow(/^\/p\/compose\.lock: /);
    expect(() => parseLock(text, "/p/compose.lock")).toThrow(told);
  });
});

describe("drift", () => {
  const at = { file: "compose.yaml", line: 3, column: 12 };
  const web: Reference = {
    kind: "image",
    name: "docker.io/library/web:1",
    path: ["services", "web", "image"],
    at,
    now: [digest("9"), digest("1")],
    source: "engine",
  };

  test("is none where one of the digests is the locked one, or where nobody asked", () => {
    expect(driftFrom(lock, [web, { ...web, now: undefined }])).toEqual([]);
  });

  test.each([
    [{ ...web, now: [digest("9")] }, `locked as ${digest("1")}, and on the engine it is ${digest("9")}`],
    [{ ...web, now: [digest("9")], source: "registry" as const }, `in its registry it is ${digest("9")}`],
    [{ ...web, now: [] }, "on the engine it has no digest: it came from no registry"],
    [{ ...web, name: "docker.io/library/new:1" }, "docker.io/library/new:1 is not in compose.lock"],
    [
      {
        ...web,
        kind: "git" as const,
        name: "https://h/a.git#main",
        now: ["b".repeat(40)],
        source: "repository" as const,
      },
      `locked as ${commit}, and in its repository it is ${"b".repeat(40)}`,
    ],
  ])("%# tells what was locked and what is", (reference, told) => {
    expect(driftFrom(lock, [reference]).map(describeDrift)).toEqual([expect.stringContaining(told)]);
  });

  test("is also what nobody names any more", () => {
    const named = ["docker.io/library/web:1", "https://h/a.git#main"];
    expect(unusedIn(lock, named).map(describeDrift)).toEqual([
      "docker.io/library/db:2 is in compose.lock, and no service names it",
    ]);
  });
});

test("from one lock to the next is told by name", () => {
  const next = {
    images: { "docker.io/library/web:1": digest("3"), "docker.io/library/x:1": digest("4") },
    git: lock.git,
  };
  expect(changesOf(lock, next)).toEqual([
    `- docker.io/library/db:2 ${digest("2")}`,
    `~ docker.io/library/web:1 ${digest("1")} -> ${digest("3")}`,
    `+ docker.io/library/x:1 ${digest("4")}`,
  ]);
  expect(changesOf(undefined, { images: {}, git: lock.git })).toEqual([`+ https://h/a.git#main ${commit}`]);
});

describe("git references", () => {
  test.each([
    ["https://h/a.git", { url: "https://h/a.git", ref: "HEAD", folder: "" }],
    ["https://h/a.git#v1:folder", { url: "https://h/a.git", ref: "v1", folder: "folder" }],
    ["https://h/a.git#:folder", { url: "https://h/a.git", ref: "HEAD", folder: "folder" }],
    ["git@h:a.git#main", { url: "git@h:a.git", ref: "main", folder: "" }],
    ["github.com/acme/web#main", { url: "https://github.com/acme/web", ref: "main", folder: "" }],
    ["ssh://git@h/a", { url: "ssh://git@h/a", ref: "HEAD", folder: "" }],
    ["https://h/a.tar.gz", undefined],
    ["./a.git", undefined],
    ["service:web", undefined],
    ["docker-image://web", undefined],
  ])("%s is %j", (text, expected) => {
    expect(parseGitReference(text)).toEqual(expected);
  });

  test("stand for the branch before the tag, and for what a tag points to", () => {
    const lines = ["1\trefs/tags/v1", "2\trefs/tags/v1^{}", "3\trefs/heads/both", "4\trefs/tags/both", "5\tHEAD"];
    expect(["v1", "both", "HEAD", "none"].map((ref) => commitOf(lines, ref))).toEqual(["2", "3", "5", undefined]);
  });
});
