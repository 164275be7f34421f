import { describe, expect, test } from "vitest";
import { InvalidProjectError } from "../../../src/compose/diagnostic.ts";
import { load, type LoadContext, type LoadRequest } from "../../../src/compose/load.ts";

interface Where {
  readonly in?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A world of absolute paths. */
function world(
  texts: Readonly<Record<string, string>>,
  { in: directory = "/p", env = {}, stdin = "" }: Where,
): LoadContext {
  const isDirectory = (path: string): boolean => Object.keys(texts).some((file) => file.startsWith(`${path}/`));
  return {
    files: {
      readText: async (path) => texts[path],
      status: async (path) => {
        const text = texts[path];
        if (text !== undefined) return { kind: "file", sizeBytes: text.length };
        return isDirectory(path) ? { kind: "directory", sizeBytes: 0 } : undefined;
      },
      realPath: async (path) => (path === "/link" ? "/p" : path),
    },
    environment: env,
    workingDirectory: directory,
    homeDirectory: "/home/someone",
    readStdin: async () => stdin,
  };
}

/** What a load found: files, directory, name, and the image of service a. */
async function found(
  texts: Readonly<Record<string, string>>,
  where: Where = {},
  request: LoadRequest = {},
): Promise<string> {
  try {
    const { project } = await load(request, world(texts, where));
    return `${project.configFiles.join(" ")} in ${project.workingDirectory}: ${project.name} ${project.services["a"]?.image}`;
  } catch (error) {
    if (!(error instanceof InvalidProjectError)) throw error;
    return error.diagnostics.map(({ message }) => message).join("; ");
  }
}

const image = (text: string): string => `services: { a: { image: "${text}" } }`;

describe("discovery", () => {
  test.each<[string, Readonly<Record<string, string>>, Where, LoadRequest, string]>([
    ["the default file", { "/p/compose.yaml": image("x") }, {}, {}, "/p/compose.yaml in /p: p x"],
    [
      "the default file of a parent",
      { "/p/docker-compose.yml": image("x") },
      { in: "/p/q/r" },
      {},
      "/p/docker-compose.yml in /p: p x",
    ],
    [
      "the first of several default files",
      { "/p/compose.yml": image("x"), "/p/docker-compose.yml": image("y") },
      {},
      {},
      "/p/compose.yml in /p: p x",
    ],
    [
      "the override beside the default file",
      { "/p/compose.yaml": image("x"), "/p/compose.override.yaml": image("y") },
      {},
      {},
      "/p/compose.yaml /p/compose.override.yaml in /p: p y",
    ],
    [
      "no override beside a named file",
      { "/p/compose.yaml": image("x"), "/p/compose.override.yaml": image("y") },
      {},
      { files: ["compose.yaml"] },
      "/p/compose.yaml in /p: p x",
    ],
    [
      "named files, in the directory of the first",
      { "/p/one/a.yaml": image("x"), "/p/two/b.yaml": image("y") },
      {},
      { files: ["one/a.yaml", "two/b.yaml"] },
      "/p/one/a.yaml /p/two/b.yaml in /p/one: one y",
    ],
    [
      "files named by COMPOSE_FILE",
      { "/p/a.yaml": image("x"), "/p/b.yaml": image("y") },
      { env: { COMPOSE_FILE: "a.yaml:b.yaml" } },
      {},
      "/p/a.yaml /p/b.yaml in /p: p y",
    ],
    [
      "COMPOSE_FILE of .env, with its own separator",
      {
        "/p/.env": "COMPOSE_FILE=a.yaml,b.yaml\nCOMPOSE_PATH_SEPARATOR=,",
        "/p/a.yaml": image("x"),
        "/p/b.yaml": image("y"),
      },
      {},
      {},
      "/p/a.yaml /p/b.yaml in /p: p y",
    ],
    [
      "no files from afar, whatever lies at hand",
      { "/p/compose.yaml": image("x") },
      {},
      { files: ["oci://registry.example/app:1"] },
      'remote compose files are not supported, got "oci://registry.example/app:1"',
    ],
    [
      "flags before COMPOSE_FILE",
      { "/p/a.yaml": image("x"), "/p/b.yaml": image("y") },
      { env: { COMPOSE_FILE: "a.yaml" } },
      { files: ["b.yaml"] },
      "/p/b.yaml in /p: p y",
    ],
    ["standard input", {}, { stdin: image("x") }, { files: ["-"] }, "- in /p: p x"],
    [
      "the given project directory",
      { "/p/a.yaml": image("x"), "/q/.env": "A=1" },
      {},
      { files: ["a.yaml"], projectDirectory: "../q" },
      "/p/a.yaml in /q: q x",
    ],
    [
      "the .env of the directory that was found",
      { "/p/compose.yaml": image("${A}-${B}"), "/p/.env": "A=p\nB=p", "/p/q/.env": "A=q" },
      { in: "/p/q" },
      {},
      "/p/compose.yaml in /p: p q-p",
    ],
    [
      "the shell before .env",
      { "/p/compose.yaml": image("${A}"), "/p/.env": "A=file" },
      { env: { A: "shell" } },
      {},
      "/p/compose.yaml in /p: p shell",
    ],
    [
      "given env files instead of .env, the last one first",
      { "/p/compose.yaml": image("${A}-${B}-${C:-}"), "/p/.env": "C=3", "/p/x.env": "A=1\nB=1", "/p/y.env": "B=${A}2" },
      {},
      { envFiles: ["x.env", "y.env"] },
      "/p/compose.yaml in /p: p 1-12-",
    ],
    [
      "COMPOSE_ENV_FILES",
      { "/p/compose.yaml": image("${A}"), "/p/x.env": "A=1" },
      { env: { COMPOSE_ENV_FILES: "x.env" } },
      {},
      "/p/compose.yaml in /p: p 1",
    ],
    [
      "no .env when that is wished",
      { "/p/compose.yaml": image("x${A:-}"), "/p/.env": "A=1" },
      { env: { COMPOSE_DISABLE_ENV_FILE: "1" } },
      {},
      "/p/compose.yaml in /p: p x",
    ],
    ["PWD", { "/p/compose.yaml": image("x$PWD") }, {}, {}, "/p/compose.yaml in /p: p x/p"],
    [
      "-p before everything",
      { "/p/compose.yaml": `name: written\n${image("$COMPOSE_PROJECT_NAME")}` },
      { env: { COMPOSE_PROJECT_NAME: "env" } },
      { projectName: "flag" },
      "/p/compose.yaml in /p: flag flag",
    ],
    [
      "COMPOSE_PROJECT_NAME before name:",
      { "/p/compose.yaml": `name: written\n${image("x")}` },
      { env: { COMPOSE_PROJECT_NAME: "env" } },
      {},
      "/p/compose.yaml in /p: env x",
    ],
    [
      "the last name:, with variables, as a name",
      {
        "/p/compose.yaml": `name: one\n${image("$COMPOSE_PROJECT_NAME")}`,
        "/p/compose.override.yaml": "name: T.${N:-Wo}",
      },
      {},
      {},
      "/p/compose.yaml /p/compose.override.yaml in /p: two two",
    ],
    [
      "the directory's name, as a name",
      { "/_My.App-1/compose.yaml": image("x") },
      { in: "/_My.App-1" },
      {},
      "/_My.App-1/compose.yaml in /_My.App-1: myapp-1 x",
    ],
  ])("finds %s", async (_, texts, where, request, outcome) => {
    expect(await found(texts, where, request)).toBe(outcome);
  });

  test.each<[string, Readonly<Record<string, string>>, Where, LoadRequest, string]>([
    ["nothing to load", {}, {}, {}, "no configuration file provided: not found"],
    ["an empty file", { "/p/compose.yaml": "# nothing\n" }, {}, {}, "empty compose file"],
    ["a file that is not there", {}, {}, { files: ["no.yaml"] }, "no.yaml: no such file (/p/no.yaml)"],
    ["a directory", { "/p/d/x": "" }, {}, { files: ["d"] }, "d: is a directory, not a file"],
    [
      "an env file that is not there",
      { "/p/compose.yaml": image("x") },
      {},
      { envFiles: ["no.env"] },
      "couldn't find env file: /p/no.env",
    ],
    [
      "an empty COMPOSE_FILE",
      { "/p/compose.yaml": image("x") },
      { env: { COMPOSE_FILE: "" } },
      {},
      "/p: is a directory, not a file",
    ],
    [
      "a wrong name",
      { "/p/compose.yaml": image("x") },
      {},
      { projectName: "Bad.Name" },
      '--project-name: a project name has lower case letters, digits, - and _, and begins with a letter or digit, got "Bad.Name"',
    ],
    [
      "no name at all",
      { "/.../compose.yaml": image("x") },
      { in: "/..." },
      {},
      "project name must not be empty: nothing of the directory /... can be part of one",
    ],
    [
      "a switch that is neither on nor off",
      { "/p/compose.yaml": image("x") },
      { env: { COMPOSE_DISABLE_ENV_FILE: "maybe" } },
      {},
      'COMPOSE_DISABLE_ENV_FILE: expected true or false, got "maybe"',
    ],
  ])("refuses %s", async (_, texts, where, request, outcome) => {
    expect(await found(texts, where, request)).toBe(outcome);
  });

  test("warns of several default files, and of a name taken from a link", async () => {
    const texts = { "/link/compose.yaml": image("x"), "/link/docker-compose.yml": image("y") };
    const { warnings } = await load({}, world(texts, { in: "/link" }));
    expect(warnings.map(({ code }) => code)).toEqual(["several-files", "symlinked-directory"]);
  });

  test("refuses a file that is too large before it is read", async () => {
    const context = world({}, {});
    const files: LoadContext["files"] = {
      ...context.files,
      status: async () => ({ kind: "file", sizeBytes: 1e9 }),
      readText: async (path, limits) => {
        throw new RangeError(`${path}: more than ${limits?.maxBytes}`);
      },
    };
    await expect(load({ files: ["big.yaml"] }, { ...context, files })).rejects.toThrow("big.yaml: larger than 4 MiB");
  });
});
