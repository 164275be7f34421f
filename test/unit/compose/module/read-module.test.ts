import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidProjectError } from "../../../../src/compose/diagnostic.ts";
import { type LoadContext, type Loaded, load, type LoadRequest } from "../../../../src/compose/load.ts";
import { encodeProject } from "../../../../src/compose/encode.ts";
import { escapeDollars, printModel } from "../../../../src/compose/print.ts";
import { systemFiles } from "../../../../src/system/files.ts";
import { systemModules } from "../../../../src/system/modules.ts";
import { lineOf } from "../../../support/load-texts.ts";

/** Reads files that are really there, programs among them. */
async function loadFiles(
  texts: Readonly<Record<string, string>>,
  request: LoadRequest = {},
  world: Partial<LoadContext> = {},
): Promise<Loaded> {
  const folder = await mkdtemp(join(tmpdir(), "tscompose-module-"));
  try {
    for (const [path, text] of Object.entries(texts)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const around = { environment: {}, workingDirectory: folder, homeDirectory: "/nowhere", readStdin: async () => "" };
    return await load(request, { ...around, files: systemFiles, modules: systemModules, ...world });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function mistakes(...wanted: Parameters<typeof loadFiles>): Promise<readonly string[]> {
  try {
    await loadFiles(...wanted);
    return [];
  } catch (error) {
    if (error instanceof InvalidProjectError) return error.diagnostics.map(lineOf);
    throw error;
  }
}

const ours = `import { defineCompose } from "tscompose/define";\n`;

describe("a compose file in TypeScript", () => {
  test("is found where there is no YAML, and says what its program makes", async () => {
    const { project, environment } = await loadFiles({
      ".env": "TAG=17",
      "versions.ts": "export const port: number = 5432;",
      "compose.ts": `${ours}import { port } from "./versions.ts";
        export default await defineCompose({
          name: "shop",
          services: {
            db: { image: \`postgres:\${process.env.TAG}\`, ports: [\`\${port}:5432\`], init: "true", command: undefined },
            web: { image: "a", command: ["echo", "$HOME \${A} $$"], environment: { A: "$1" }, build: "." },
          },
        });`,
    });
    expect(environment["TAG"]).toBe("17");
    expect(project.services["db"]).toMatchObject({ image: "postgres:17", init: true, ports: [{ target: 5432 }] });
    expect(project.services["web"]).toMatchObject({ command: ["echo", "$HOME ${A} $$"], environment: { A: "$1" } });
    expect(project.services["web"]?.build?.context).toBe(project.workingDirectory);
    const printed = escapeDollars(printModel(encodeProject(project, "yaml"), "yaml"));
    const { project: again } = await loadFiles({ "compose.yaml": printed });
    expect(again.services["web"]?.command).toEqual(["echo", "$HOME ${A} $$"]);
  });

  test("is run only where it says that it is one, and YAML comes first", async () => {
    const notOurs = {
      "src/compose.ts": "export default process.exit(1);",
      "compose.yaml": "services: { a: { image: y } }",
    };
    const { project } = await loadFiles({ ...notOurs, "compose.ts": `${ours}process.exit(1);` });
    expect(project.services["a"]?.image).toBe("y");
    expect(await mistakes({ "compose.ts": "export default process.exit(1);" })).toEqual([
      "? no configuration file provided: not found [no-compose-file] | create compose.yaml, or name a file with -f",
    ]);
  });

  test("is merged, included and extended like any other", async () => {
    const { project } = await loadFiles(
      {
        "compose.yaml": `
include: [{ path: db/compose.ts, env_file: db/.env }]
services:
  web: { extends: { file: base.mts, service: web }, image: "a:\${TAG}" }`,
        "over.js": "module.exports = { services: { web: { tty: true } } };",
        "db/compose.ts":
          "export default { services: { db: { image: `db:${process.env.TAG}`, volumes: ['./x:/y'] } } };",
        "db/.env": "TAG=inner",
        "base.mts": "export default { services: { web: { image: 'b', labels: { a: '$x' } } } };",
      },
      { files: ["compose.yaml", "over.js"] },
      { environment: { TAG: "outer" } },
    );
    expect(project.services["db"]?.image).toBe("db:outer");
    expect(project.services["db"]?.volumes?.[0]?.source).toBe(join(project.workingDirectory, "db/x"));
    expect(project.services["web"]).toMatchObject({ image: "a:outer", tty: true, labels: { a: "$x" } });
  });

  test.each<[string, string, readonly string[]]>([
    [
      "what the language does not have",
      `const base = { imagee: "x" };\nexport default { services: { web: { image: "x", ports: ["80800:80"], ...base } } };`,
      [
        `compose.ts:1:16 services.web.imagee: unknown key [unknown-key] | did you mean "image"?`,
        `compose.ts:2:57 services.web.ports[0]: published port must be 0-65535, got "80800" [invalid-value] | write "HOST:CONTAINER", for example "8080:80"`,
      ],
    ],
    [
      "what it throws",
      `const a: number = 1;\n  fail();\nfunction fail() { throw new Error("no " + a); }`,
      ["compose.ts:3:25 compose.ts: no 1 [module-failed]"],
    ],
    [
      "what is no TypeScript",
      "export default {\n  services: { a: b: c }\n};",
      ["compose.ts:2:19 compose.ts: Expected ',', got ':' [module-failed]"],
    ],
    [
      "what it imports and is not there",
      `import x from "./x.ts";`,
      [`compose.ts:1:15 compose.ts: Cannot find module 'FOLDER/x.ts' [module-failed]`],
    ],
    [
      "a function among the data",
      "export default { services: { a: () => 1 } };",
      ["compose.ts:1:33 services.a: expected plain data, got a function [wrong-type]"],
    ],
    [
      "a date",
      "export default { name: new Date(0) };",
      ["compose.ts:1:24 name: expected plain data, got an instance of Date [wrong-type]"],
    ],
    [
      "what holds itself",
      "const a: any = {}; a.a = a; export default a;",
      ["compose.ts:1:44 a: expected plain data, got a part of itself [wrong-type]"],
    ],
    [
      "no default export",
      "export const a = 1;",
      [
        "compose.ts:1:1 compose.ts exports nothing by default [wrong-type] | export default defineCompose({ services: { … } })",
      ],
    ],
    [
      "no object",
      "export default [1];",
      [
        "compose.ts:1:16 compose.ts: the default export must be an object [wrong-type] | export default defineCompose({ services: { … } })",
      ],
    ],
    [
      "an end before it is read",
      "process.exit(3);",
      ["compose.ts:1:1 compose.ts: it ended with exit code 3 before it was read [module-failed]"],
    ],
  ])("is told of with its place: %s", async (_, text, expected) => {
    const found = await mistakes({ "compose.ts": text }, { files: ["compose.ts"] });
    expect(found.map((line) => line.replace(/'\/\S*\/(x\.ts)'/, "'FOLDER/$1'"))).toEqual(expected);
  });

  test("prints to nobody but its user", async () => {
    const text = `console.log("one"); console.error("two"); export default { services: { a: { image: "x" } } };`;
    const { warnings } = await loadFiles({ "compose.ts": text }, { files: ["compose.ts"] });
    expect(warnings.map(({ message }) => message)).toEqual(["compose.ts says: one", "compose.ts says: two"]);
  });

  test("is known with all that it imports", async () => {
    const { sources } = await loadFiles({
      "compose.ts": `${ours}import { image } from "./lib/image.ts";\nexport default { services: { a: { image } } };`,
      "lib/image.ts": `export const image = "x";`,
    });
    expect([...sources.keys()]).toEqual(["compose.ts", "lib/image.ts"]);
  });

  test("is not run when somebody else's files name it", async () => {
    const files = { "theirs/compose.yaml": "include: [evil.ts]", "theirs/evil.ts": "export default {};" };
    const remote = "oci://registry.example/shop:1";
    const fetching = (path: string): Partial<LoadContext> => ({
      fetchRemote: async () => [path],
    });
    const folder = await mkdtemp(join(tmpdir(), "tscompose-remote-"));
    try {
      await mkdir(join(folder, "theirs"));
      for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
      for (const path of ["theirs/compose.yaml", "theirs/evil.ts"]) {
        const found = await mistakes({}, { files: [remote] }, fetching(join(folder, path)));
        expect(found.join("\n")).toContain("a compose file that is a program is not run here [unsupported]");
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
