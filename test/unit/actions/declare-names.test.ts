import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { declarationsOf, declareNames } from "../../../src/actions/declare-names.ts";
import { load } from "../../../src/actions/load-project.ts";
import type { Project } from "../../../src/compose/project.ts";
import { systemFiles } from "../../../src/system/files.ts";
import { keepNames } from "../../../src/testing/keep-names.ts";
import { sampleProject } from "../../support/sample-project.ts";

describe("declarations beside a compose file", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "tscompose-names-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(text: string): Promise<Project> {
    const file = join(folder, "compose.yaml");
    await writeFile(file, text);
    return readProject(file);
  }

  const declarations = (): Promise<string> => readFile(join(folder, "compose.yaml.d.ts"), "utf8");
  const writing = { isCheck: false, files: systemFiles };

  test("are of services that a profile turns off, too, and have every port on its own", () => {
    const ports = [{ target: 80 }, { target: 53, protocol: "udp" }];
    const text = declarationsOf(
      sampleProject({
        services: { web: { ports, expose: ["9000-9001"] }, "a-b": {} },
        disabledServices: { tool: { name: "tool", profiles: ["debug"] } },
      }),
      { path: "deploy/compose.yaml", file: "compose.yaml" },
    );
    expect(text).toContain('readonly "deploy/compose.yaml": {');
    expect(text).toContain('readonly web: { readonly ports: "53/udp" | 80 | 9000 | 9001 };');
    expect(text).toContain('readonly "a-b": { readonly ports: never };');
    expect(text).toContain('readonly profiles: "debug";');
  });

  test("are written once, and again when a name has changed; nothing else is left", async () => {
    const text = 'services: { db: { image: postgres, ports: ["5432"] } }\n';
    expect(await declareNames(await read(text), writing)).toBe("written");
    expect(await declareNames(await read(text), writing)).toBe("current");
    expect(await declareNames(await read(text.replace("db", "store")), { ...writing, isCheck: true })).toBe("outdated");
    expect(await declarations()).toContain("readonly db:");
    expect(await declareNames(await read(text.replace("db", "store")), writing)).toBe("written");
    expect(await declarations()).toContain("readonly store:");
    expect((await readdir(folder)).toSorted()).toEqual(["compose.yaml", "compose.yaml.d.ts"]);
  });

  test("are kept up to date by tests, but not made by them; where that would be lost, tests fail", async () => {
    const project = await read("services: { db: { image: postgres } }\n");
    await keepNames(project, { files: systemFiles, environment: {} });
    expect(await readdir(folder)).toEqual(["compose.yaml"]);
    await writeFile(join(folder, "compose.yaml.d.ts"), "");
    const onServer = keepNames(project, { files: systemFiles, environment: { CI: "true" } });
    await expect(onServer).rejects.toThrow("compose.yaml.d.ts is not what the compose file says");
    await keepNames(project, { files: systemFiles, environment: {} });
    expect(await declarations()).toContain("readonly db:");
  });

  test("of the type tests are what their compose file says", async () => {
    const project = await readProject(join(import.meta.dirname, "../../types/shop/compose.yaml"));
    expect(await declareNames(project, { ...writing, isCheck: true })).toBe("current");
  });
});

async function readProject(file: string): Promise<Project> {
  const workingDirectory = dirname(file);
  const readStdin = async (): Promise<string> => "";
  const world = { files: systemFiles, environment: {}, workingDirectory, homeDirectory: "/", readStdin };
  return (await load({ files: [file] }, world)).project;
}
