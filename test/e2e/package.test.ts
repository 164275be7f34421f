import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

describe("the published package", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tscompose-package-"));
    await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `./${packed.filename}`], {
      cwd: folder,
    });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("brings a command that starts", async () => {
    const { stdout } = await tscompose("version", "--short");
    expect(stdout.trim()).toBe(manifest.version);
  });

  test("reads a compose file", async () => {
    await writeFile(join(folder, "compose.yaml"), "services: { web: { image: nginx } }\n");
    const { stdout } = await tscompose("config", "--services");
    expect(stdout.trim()).toBe("web");
  });

  test("publishes its schemas, and neither tests nor sources", async () => {
    const { stdout } = await run("npm", ["ls", "--all", "--parseable"], { cwd: folder });
    expect(stdout).not.toContain("toolchain");
    const { stdout: files } = await run("ls", [join(folder, "node_modules/tscompose")]);
    expect(files.trim().split("\n").toSorted()).toEqual(
      ["CHANGELOG.md", "LICENSE", "README.md", "bin", "dist", "package.json", "schema"].filter(
        (name) => name !== "CHANGELOG.md",
      ),
    );
  });

  function tscompose(...args: readonly string[]): Promise<{ stdout: string }> {
    return run(process.execPath, [join(folder, "node_modules/tscompose/bin/tscompose.cjs"), ...args], { cwd: folder });
  }
});
