import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../../src/cli/main.ts";
import { systemFiles } from "../../../src/system/files.ts";
import { load } from "../../../src/actions/load-project.ts";
import { keepNames } from "../../../src/testing/keep-names.ts";
import { folderOf } from "../../support/hostile-places.ts";
import { memoryIo } from "../../support/memory-io.ts";

const compose = "services:\n  db: { image: postgres, ports: ['5432'] }\n";

async function types(line: string, workingDirectory: string): Promise<string> {
  const io = memoryIo({ workingDirectory });
  const code = await run(["types", ...line.split(" ").filter((word) => word !== "")], io);
  return `${code}\n${io.written.stdout()}${io.written.stderr()}`;
}

test("types --check tells declarations that do not exist from those that are old", async () => {
  using folder = folderOf({ "compose.yaml": compose });
  const path = join(folder.path, "compose.yaml.d.ts");
  expect(await types("--check", folder.path)).toBe(`1\n${path} does not exist yet\n  hint: tscompose types\n`);
  expect(existsSync(path)).toBe(false);
  expect(await types("", folder.path)).toBe(`0\nwrote ${path}\n`);
  expect(await types("--check", folder.path)).toBe(`0\n${path} is up to date\n`);
  using other = folderOf({ "compose.yaml": compose.replace("db", "store"), "compose.yaml.d.ts": readFileSync(path) });
  const old = join(other.path, "compose.yaml.d.ts");
  expect(await types("--check", other.path)).toBe(
    `1\n${old} is not what the compose file says\n  hint: tscompose types\n`,
  );
});

test("types declares what a test gets that names the file, without overrides beside it, and says so", async () => {
  using folder = folderOf({ "compose.yaml": compose, "compose.override.yaml": "services: {admin: {image: nginx}}\n" });
  const { path } = folder;
  const file = join(path, "compose.yaml");
  expect(await types("", path)).toBe(
    `0\nwrote ${file}.d.ts\nwarning: declarations are of ${file} alone: ${join(path, "compose.override.yaml")} left out\n`,
  );
  expect(readFileSync(`${file}.d.ts`, "utf8")).not.toContain("admin");
  const readStdin = async (): Promise<string> => "";
  const world = { files: systemFiles, environment: {}, workingDirectory: path, homeDirectory: "/", readStdin };
  const { project } = await load({ files: [file] }, world);
  await expect(keepNames(project, { files: systemFiles, environment: { CI: "true" } })).resolves.toBeUndefined();
  rmSync(`${file}.d.ts`);
  expect(await types("--check", path)).toMatch(/^1\n.* does not exist yet\n/s);
});
