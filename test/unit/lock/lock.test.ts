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
  images: {
    "docker.io/library/web:1": {
      digest: digest("1"),
      platforms: {
        "linux/arm64": digest("4"),
        "linux/amd64": digest("3"),
        "windows(10.0.1)/amd64": digest("5"),
        "windows(10.0.2)/amd64": digest("6"),
      },
    },
    "docker.io/library/db:2": { digest: digest("2") },
  },
  git: { "https://h/a.git#main": commit },
};

describe("compose.lock", () => {
  test("is written sorted, read as it was written, and keeps to its schema", () => {
    const text = printLock(lock);
    expect(text).toBe(`{
  "version": 2,
  "images": {
    "docker.io/library/db:2": {
      "digest": "${digest("2")}"
    },
    "docker.io/library/web:1": {
      "digest": "${digest("1")}",
      "platforms": {
        "linux/amd64": "${digest("3")}",
        "linux/arm64": "${digest("4")}",
        "windows(10.0.1)/amd64": "${digest("5")}",
        "windows(10.0.2)/amd64": "${digest("6")}"
      }
    }
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
    expect(validate({ ...(JSON.parse(text) as object), version: 3 })).toBe(false);
  });

  test("is read in its first version, too, where an image was its digest alone", () => {
    const text = JSON.stringify({ version: 1, images: { web: digest("1") }, git: {} });
    expect(parseLock(text, "compose.lock")).toEqual({ images: { web: { digest: digest("1") } }, git: {} });
  });

  test.each([
    ["{", "JSON"],
    ["[]", "expected a JSON object"],
    ["{}", "expected version 2, got undefined"],
    ['{"version":3}', "expected version 2, got 3"],
    ['{"version":2,"image":{}}', 'unknown key "image"'],
    ['{"version":2,"images":[]}', "images: expected an object"],
    ['{"version":1,"images":{"web":"1"}}', 'images.web: expected a digest, got "1"'],
    ['{"version":2,"images":{"web":"1"}}', 'images.web: expected an object, got "1"'],
    ['{"version":2,"images":{"web":{}}}', "images.web.digest: expected a digest, got nothing"],
    ['{"version":2,"images":{"web":{"digests":1}}}', 'images.web: unknown key "digests"'],
    [
      `{"version":2,"images":{"web":{"digest":"${digest("1")}","platforms":{"linux/amd64":1}}}}`,
      "images.web.platforms.linux/amd64: expected a digest, got 1",
    ],
    ['{"version":2,"git":{"x":"main"}}', 'git.x: expected a commit, got "main"'],
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

  test("is none either where another list has the same image for the platform, or that image is all there is", () => {
    const moved = { ...web, now: [digest("9")] };
    const references = [
      { ...moved, platform: "linux/arm64", nowForPlatform: [digest("4")] },
      { ...moved, runsOn: "linux/amd64", nowForPlatform: [digest("3")] },
      { ...web, platform: "linux/arm64/v8", now: [digest("4")] },
    ];
    expect(driftFrom(lock, references)).toEqual([]);
    const others = [
      { ...moved, platform: "linux/amd64", nowForPlatform: [digest("4")] },
      { ...moved, platform: "linux/arm64", nowForPlatform: [] },
      { ...moved, nowForPlatform: [digest("3")] },
      // Which of several is taken depends on the machine.
      { ...moved, platform: "windows/amd64", nowForPlatform: [digest("5")] },
    ];
    expect(driftFrom(lock, others).map(({ kind }) => kind)).toEqual(["moved", "moved", "moved", "moved"]);
  });

  test.each([
    [
      { ...web, platform: "linux/arm64", now: [digest("9")], nowForPlatform: [digest("8")] },
      `it is ${digest("9")} (for linux/arm64 ${digest("4")} before, ${digest("8")} now)`,
    ],
    [
      { ...web, runsOn: "linux/amd64", now: [digest("9")], nowForPlatform: [] },
      `it is ${digest("9")} (for linux/amd64 ${digest("3")} before, nothing now)`,
    ],
    [
      { ...web, platform: "linux/s390x" },
      "docker.io/library/web:1 is not locked for linux/s390x, but for linux/arm64, linux/amd64, windows",
    ],
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
  const web = lock.images["docker.io/library/web:1"] ?? { digest: "" };
  const next = {
    images: {
      "docker.io/library/web:1": { ...web, digest: digest("3") },
      "docker.io/library/x:1": { digest: digest("4"), platforms: {} },
    },
    git: lock.git,
  };
  expect(changesOf(lock, next)).toEqual([
    `- docker.io/library/db:2 ${digest("2")}`,
    `~ docker.io/library/web:1 ${digest("1")} -> ${digest("3")}`,
    `+ docker.io/library/x:1 ${digest("4")}`,
  ]);
  expect(changesOf(undefined, { images: {}, git: lock.git })).toEqual([`+ https://h/a.git#main ${commit}`]);
  const old = { images: { "docker.io/library/web:1": { digest: digest("1") } }, git: {} };
  const now = { images: { "docker.io/library/web:1": { ...web, platforms: { "linux/amd64": digest("3") } } }, git: {} };
  expect(changesOf(old, now)).toEqual(["~ docker.io/library/web:1 for whatever is in it -> for linux/amd64"]);
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
