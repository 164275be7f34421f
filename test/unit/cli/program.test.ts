import { describe, expect, test } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { memoryIo } from "../../support/memory-io.ts";

async function tscompose(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = memoryIo();
  const code = await run(argv, io);
  return { code, stdout: io.written.stdout(), stderr: io.written.stderr() };
}

describe("the program", () => {
  test.each([
    { argv: ["--version"], line: /^tscompose version v\d+\.\d+\.\d+\n$/ },
    { argv: ["-v"], line: /^tscompose version v/ },
    { argv: ["version"], line: /^tscompose version v/ },
    { argv: ["version", "--short"], line: /^\d+\.\d+\.\d+\n$/ },
    { argv: ["version", "--short=true"], line: /^\d+\.\d+\.\d+\n$/ },
    { argv: ["version", "--short=false"], line: /^tscompose version v/ },
    { argv: ["version", "-f", "json"], line: /^\{"version":"v[\d.]+"\}\n$/ },
  ])("tells its version for $argv", async ({ argv, line }) => {
    const { code, stdout, stderr } = await tscompose(...argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(line);
  });

  test.each([[[]], [["--help"]], [["help"]], [["-h"]]])("shows all commands for %j", async (argv) => {
    const { code, stdout } = await tscompose(...argv);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: tscompose \[OPTIONS\] COMMAND\n/);
    expect(stdout).toMatch(/\n {2}up +Create and start containers\n/);
  });

  test.each([
    { argv: ["build", "--progress", "json"], isJson: true },
    { argv: ["build"], isJson: false },
    { argv: ["--progress", "plain", "build", "--progress", "json"], isJson: false },
  ])("shows progress as asked for before a build or after: $argv", async ({ argv, isJson }) => {
    const { code, stderr } = await tscompose("-f", "/nowhere/compose.yaml", ...argv);
    expect(code).toBe(1);
    expect(stderr).toContain("/nowhere/compose.yaml");
    expect(stderr.startsWith('{"')).toBe(isJson);
  });

  test("promises no engine by a name that is not understood", async () => {
    const { stdout } = await tscompose("--help");
    const [, words = ""] = /--engine <address> +(.*(?:\n {20,}\S.*)*)/.exec(stdout) ?? [];
    expect(words.match(/"\w+"/g)).toEqual(['"embedded"']);
  });

  test.each([[["version", "--help"]], [["help", "version"]]])("shows the flags of a command for %j", async (argv) => {
    const { code, stdout } = await tscompose(...argv);
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: tscompose version");
    expect(stdout).toContain("--short");
  });

  test("knows commands by the name that Docker Compose has for what may change", async () => {
    const { code, stdout } = await tscompose("alpha", "viz", "--help");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("--indentation-size") });
  });

  test.each([
    { argv: ["verson"], stderr: "unknown command 'verson'\n  hint: Did you mean version? see tscompose --help\n" },
    {
      argv: ["version", "--shrt"],
      stderr: "unknown option '--shrt'\n  hint: Did you mean --short? see tscompose version --help\n",
    },
    { argv: ["-f"], stderr: "option '-f, --file <path>' argument missing\n  hint: see tscompose --help\n" },
    {
      argv: ["--parallel", "many", "version"],
      stderr:
        "option '--parallel <n>' argument 'many' is invalid. expected a whole number\n  hint: see tscompose --help\n",
    },
  ])("refuses $argv with a next step", async ({ argv, stderr }) => {
    expect(await tscompose(...argv)).toEqual({ code: 1, stdout: "", stderr });
  });

  test("says of a command of Docker Compose that it is not there, and what is", async () => {
    const { code, stderr } = await tscompose("bridge", "convert");
    expect(code).toBe(1);
    expect(stderr).toMatch(/^tscompose has no command "bridge" yet\n {2}hint: what it has: \w+/);
  });

  test("tells errors as one JSON object with --progress json", async () => {
    const { code, stderr } = await tscompose("--progress", "json", "version", "--format", "yaml");
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({
      error: true,
      code: "invalid-usage",
      hint: "see tscompose version --help",
    });
  });
});
