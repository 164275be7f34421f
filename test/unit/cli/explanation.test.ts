import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, describe, expect, test } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { memoryIo } from "../../support/memory-io.ts";

const schemas = join(import.meta.dirname, "../../../schema/output");
const workingDirectory = mkdtempSync(join(tmpdir(), "tscompose-explain-"));
const files = {
  ".env": "TAG=3\nTAG=4\n",
  "compose.yaml": "services:\n  web:\n    image: nginx:${TAG:-latest}\n    dns: [1.1.1.1]\n",
  "override.yaml": "services:\n  web:\n    image: nginx:2\n    dns: !override [2.2.2.2]\n",
  "wrong.yaml": "services:\n  web:\n    imaeg: nginx\n    ports: [eighty]\n",
};
for (const [name, text] of Object.entries(files)) writeFileSync(join(workingDirectory, name), text);
afterAll(() => rmSync(workingDirectory, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function tscompose(line: string, environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const io = memoryIo({ workingDirectory, environment });
  const code = await run(line.split(" "), io);
  return { code, stdout: io.written.stdout(), stderr: io.written.stderr() };
}

/** What the schema of an output finds wrong with what was printed; nothing when it holds. */
function refusals(schema: string, printed: string): unknown {
  const validate = new Ajv().compile(JSON.parse(readFileSync(join(schemas, `${schema}.json`), "utf8")));
  return validate(JSON.parse(printed)) ? [] : validate.errors;
}

describe("config --explain", () => {
  test("tells where a value was written, and what it replaced", async () => {
    const { stdout } = await tscompose("-f compose.yaml -f override.yaml config --explain services.web.image");
    expect(stdout).toBe(`services.web.image
  compose.yaml:3:12    nginx:4
  override.yaml:3:12   nginx:2   in place of nginx:4
`);
  });

  test("tells the same as JSON", async () => {
    const { stdout } = await tscompose("-f compose.yaml -f override.yaml config --explain services.web --format json");
    expect(refusals("explanation", stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        path: "services.web.image",
        contributions: [{ file: "compose.yaml", line: 3, column: 12 }, { value: "nginx:2" }],
      },
      { path: "services.web.dns", contributions: [{ value: ["1.1.1.1"] }, { value: ["2.2.2.2"] }] },
      { path: "services.web.dns[0]" },
      { path: "services.web.networks" },
    ]);
  });

  test("refuses a path that leads nowhere, with the nearest name", async () => {
    expect(await tscompose("config --explain services.wbe.image")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'nothing is at services.wbe.image: the model ends at services\n  hint: did you mean "web"?\n',
    });
  });
});

describe("config --explain-env", () => {
  test("tells all sources of a variable, and which one is used", async () => {
    const { stdout } = await tscompose("config --explain-env TAG", { TAG: "5" });
    expect(stdout).toBe(`TAG
  environment         5         is used
  .env:2:1            4         is not used
  .env:1:1            3         is not used
  compose.yaml:3:12   latest    default in services.web.image, is not used
`);
  });

  test("knows that an empty value gives way to a default", async () => {
    const { stdout } = await tscompose("config --explain-env TAG --format json", { TAG: "" });
    expect(refusals("variable", stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject([
      { source: "environment", value: "", isUsed: true },
      { source: "env-file", file: ".env", line: 2, value: "4", isUsed: false },
      { source: "env-file", file: ".env", line: 1, value: "3", isUsed: false },
      { source: "default", path: "services.web.image", value: "latest", isUsed: true },
    ]);
  });

  test("refuses a variable that nobody knows", async () => {
    expect(await tscompose("config --explain-env NOPE")).toMatchObject({
      code: 1,
      stderr: "variable NOPE is not set, and no file mentions it\n  hint: see tscompose config --variables\n",
    });
  });
});

describe("config --format json", () => {
  test("tells mistakes as JSON on stderr, and keeps stdout clean", async () => {
    const { code, stdout, stderr } = await tscompose("-f wrong.yaml config --quiet --format json");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(refusals("diagnostic", stderr)).toEqual([]);
    expect(JSON.parse(stderr)).toMatchObject({
      error: true,
      code: "invalid-project",
      diagnostics: [
        { file: "wrong.yaml", line: 3, column: 5, code: "unknown-key", hint: 'did you mean "image"?' },
        { file: "wrong.yaml", line: 4, column: 13, code: "invalid-value" },
      ],
    });
  });

  test("leaves the way to tell mistakes to --progress, where that is given", async () => {
    const { stderr } = await tscompose("--progress plain -f wrong.yaml config --format json");
    expect(stderr).toMatch(/^wrong\.yaml:3:5 services\.web\.imaeg: unknown key/);
  });
});
