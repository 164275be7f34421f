import { describe, expect, test } from "vitest";
import {
  environmentSwitch,
  type GlobalFlags,
  isNameOnly,
  loadRequest,
  parallelLimit,
} from "../../../src/cli/project-options.ts";

describe("loadRequest", () => {
  test.each<{ flags: GlobalFlags; request: object }>([
    { flags: {}, request: {} },
    { flags: { file: ["a.yaml", "-"] }, request: { files: ["a.yaml", "-"] } },
    { flags: { projectName: "shop" }, request: { projectName: "shop" } },
    { flags: { projectDirectory: "/srv" }, request: { projectDirectory: "/srv" } },
    { flags: { workdir: "/srv" }, request: { projectDirectory: "/srv" } },
    { flags: { envFile: ["a.env"], profile: ["dev", "*"] }, request: { envFiles: ["a.env"], profiles: ["dev", "*"] } },
    { flags: { allResources: true, compatibility: true }, request: { allResources: true, compatibility: true } },
  ])("asks for $request", ({ flags, request }) => {
    expect(loadRequest(flags)).toEqual(request);
  });

  test("lets a command add what it needs", () => {
    expect(loadRequest({ projectName: "shop" }, { services: ["web"] })).toEqual({
      projectName: "shop",
      services: ["web"],
    });
  });

  test("refuses both names of the project directory", () => {
    expect(() => loadRequest({ workdir: "/a", projectDirectory: "/b" })).toThrow("--workdir is the old name");
  });
});

test.each<{ flags: GlobalFlags; is: boolean }>([
  { flags: {}, is: false },
  { flags: { projectName: "shop" }, is: true },
  { flags: { projectName: "shop", file: ["compose.yaml"] }, is: false },
])("needs no file for $flags: $is", ({ flags, is }) => {
  expect(isNameOnly(flags)).toBe(is);
});

describe("parallelLimit", () => {
  test.each<{ flags?: GlobalFlags; text?: string; limit: number | undefined }>([
    { limit: undefined },
    { flags: { parallel: 4 }, limit: 4 },
    { flags: { parallel: -1 }, limit: undefined },
    { text: "3", limit: 3 },
    { flags: { parallel: 4 }, text: "3", limit: 4 },
    { flags: { parallel: 4 }, text: "many", limit: 4 },
  ])("is $limit for $flags and $text", ({ flags = {}, text, limit }) => {
    expect(parallelLimit(flags, text === undefined ? {} : { COMPOSE_PARALLEL_LIMIT: text })).toBe(limit);
  });

  test("refuses what is no number", () => {
    const environment = { COMPOSE_PARALLEL_LIMIT: "many" };
    expect(() => parallelLimit({}, environment)).toThrow('COMPOSE_PARALLEL_LIMIT: expected a whole number, got "many"');
  });
});

describe("environmentSwitch", () => {
  test.each([
    { text: "", is: false },
    { text: "0", is: false },
    { text: "False", is: false },
    { text: "1", is: true },
    { text: "true", is: true },
    { text: "Yes", is: true },
  ])('reads "$text" as $is', ({ text, is }) => {
    expect(environmentSwitch({ COMPOSE_REMOVE_ORPHANS: text }, "COMPOSE_REMOVE_ORPHANS")).toBe(is);
  });

  test("refuses what is neither yes nor no", () => {
    expect(() => environmentSwitch({ COMPOSE_REMOVE_ORPHANS: "maybe" }, "COMPOSE_REMOVE_ORPHANS")).toThrow(
      'COMPOSE_REMOVE_ORPHANS: expected true or false, got "maybe"',
    );
  });
});
