import { describe, expect, test } from "vitest";
import { ExecutionError } from "../../../../src/actions/execution-error.ts";
import { showError, showWarnings } from "../../../../src/cli/view/problem.ts";
import { type Diagnostic, InvalidProjectError } from "../../../../src/compose/diagnostic.ts";
import { EngineError, UsageError } from "../../../../src/errors.ts";
import { ImpossiblePlanError } from "../../../../src/plan/problem.ts";
import { memoryIo } from "../../../support/memory-io.ts";

const diagnostic: Diagnostic = {
  severity: "error",
  code: "port-out-of-range",
  at: { file: "compose.yaml", line: 2, column: 6, endColumn: 12 },
  message: 'published port must be 1-65535, got "eighty"',
  hint: 'write "HOST:CONTAINER"',
};
const sources = new Map([["compose.yaml", "ports:\n\t- - eighty:80\n"]]);
const invalid = new InvalidProjectError(
  [diagnostic, { severity: "error", code: "no-file", message: "no file" }],
  sources,
);

const loaded = { sources, locate: () => ({ file: "compose.yaml", line: 2, column: 6 }) };

function told(error: unknown, { isTTY = false, flags = {} } = {}): string[] {
  const io = memoryIo({ isTTY, environment: { NO_COLOR: "1" } });
  showError(error, { io, flags, loaded });
  return io.written.stderr().trimEnd().split("\n");
}

describe("an error", () => {
  test("is told in plain lines, each mistake with its place and hint", () => {
    expect(told(invalid)).toEqual([
      'compose.yaml:2:6 published port must be 1-65535, got "eighty" [port-out-of-range]',
      '  hint: write "HOST:CONTAINER"',
      "no file [no-file]",
    ]);
  });

  test("quotes the offending line on a terminal, with a caret under the value", () => {
    expect(told(invalid, { isTTY: true })).toEqual([
      'compose.yaml:2:6 published port must be 1-65535, got "eighty" [port-out-of-range]',
      "  2 | \t- - eighty:80",
      "    | \t    ^~~~~~",
      '  hint: write "HOST:CONTAINER"',
      "no file [no-file]",
    ]);
  });

  test("has its place when it was found in making a plan, too", () => {
    const path = ["services", "web", "init"];
    const impossible = new ImpossiblePlanError([{ code: "unsupported", path, message: "no", hint: "leave it out" }]);
    expect(told(impossible)).toEqual(["compose.yaml:2:6 services.web.init: no [unsupported]", "  hint: leave it out"]);
    const aside = new ImpossiblePlanError([{ code: "not-found", message: "no container to start" }]);
    expect(told(aside)).toEqual(["no container to start [not-found]"]);
  });

  test("has the place of the service when the engine refuses its container, for people and for programs", () => {
    const refused = new ExecutionError([{ message: "creating web-1: no runtime", refused: "web", notStarted: [] }], []);
    expect(told(refused)).toEqual(["compose.yaml:2:6 services.web: creating web-1: no runtime"]);
    const [line = ""] = told(refused, { flags: { progress: "json" } });
    expect(JSON.parse(line)).toMatchObject({
      failures: [{ refused: "web", file: "compose.yaml", line: 2, column: 6 }],
    });
    expect(told(new ExecutionError([{ message: "db: exited", notStarted: [] }], []))).toEqual(["db: exited"]);
  });

  test("has its hint below, each line of it", () => {
    expect(told(new UsageError("unknown flag", "try\nthis"))).toEqual(["unknown flag", "  hint: try", "        this"]);
  });

  test("has a hint that can be pasted, for people and for programs", () => {
    const flags = { file: ["shop.yaml"] };
    const error = new UsageError("web is not running", "start it with: tscompose up -d web");
    const hint = "start it with: tscompose -f shop.yaml up -d web";
    expect(told(error, { flags })).toEqual(["web is not running", `  hint: ${hint}`]);
    const [line = ""] = told(error, { flags: { ...flags, progress: "json" } });
    expect(JSON.parse(line)).toMatchObject({ hint });
    const { message } = error;
    const impossible = new ImpossiblePlanError([{ code: "not-found", message, hint: error.hint ?? "" }]);
    expect(told(impossible, { flags }).at(-1)).toBe(`  hint: ${hint}`);
  });

  test("tells its causes when verbose", () => {
    const cause = new Error("connect ENOENT", { cause: new Error("no such file") });
    const error = new EngineError({ code: "unavailable", doing: "connecting", message: "nobody answers", cause });
    expect(told(error)).toEqual(["nobody answers"]);
    expect(told(error, { flags: { verbose: true } })).toEqual([
      "nobody answers",
      "  cause: connect ENOENT",
      "  cause: no such file",
    ]);
  });

  test("keeps its stack and asks for a report when it is ours", () => {
    const lines = told(new TypeError("x is not a function"));
    expect(lines[0]).toBe("this is a fault of tscompose, not of your files:");
    expect(lines[1]).toBe("TypeError: x is not a function");
    expect(lines.at(-1)).toMatch(/^ {2}hint: please report/);
  });

  test("is one JSON object with --progress json", () => {
    const [line = "", ...rest] = told(invalid, { flags: { progress: "json" } });
    expect(rest).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      error: true,
      code: "invalid-project",
      diagnostics: [{ file: "compose.yaml", line: 2, column: 6, code: "port-out-of-range" }, { code: "no-file" }],
    });
  });
});

test.each([
  { progress: "plain" as const, text: "warning: compose.yaml:2:6 published" },
  { progress: "json" as const, text: '{"level":"warning","file":"compose.yaml","line":2' },
  { progress: "quiet" as const, text: "" },
])("tells warnings about a project as $progress", ({ progress, text }) => {
  const io = memoryIo();
  showWarnings({ warnings: [{ ...diagnostic, severity: "warning" }], sources }, io.stderr, {
    progress,
    colorsOn: () => false,
  });
  expect(io.written.stderr().slice(0, text.length || undefined)).toBe(text);
});
