import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { run } from "../../../src/cli/main.ts";
import { folderOf } from "../../support/hostile-places.ts";
import { memoryIo } from "../../support/memory-io.ts";

const root = join(import.meta.dirname, "../../..");
const compose = "services:\n  web:\n    image: nginx\n";

async function config(
  line: string,
  workingDirectory: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const io = memoryIo({ workingDirectory });
  const code = await run(["config", ...line.split(" ").filter((word) => word !== "")], io);
  return { code, stdout: io.written.stdout(), stderr: io.written.stderr() };
}

test("config says that --no-env-resolution has no effect, as in docker compose 2.40", async () => {
  using folder = folderOf({
    "compose.yaml": "services: {web: {image: nginx, env_file: a.env, network_mode: none}}\n",
    "a.env": "A=1\n",
  });
  const { stdout, stderr } = await config("--no-env-resolution", folder.path);
  expect(parse(stdout)).toMatchObject({ services: { web: { environment: { A: "1" } } } });
  expect(stderr).toContain("warning: --no-env-resolution has no effect");
});

describe("config --editor", () => {
  test("begins with the place of our schema, and reads as without", async () => {
    using folder = folderOf({ "compose.yaml": compose });
    const [plain, commented] = [await config("", folder.path), await config("--editor", folder.path)];
    const [first = "", ...rest] = commented.stdout.split("\n");
    expect(first).toBe(`# yaml-language-server: $schema=${join(root, "schema/compose.json")}`);
    expect(rest.join("\n")).toBe(plain.stdout);
    expect(parse(commented.stdout)).toEqual(parse(plain.stdout));
  });

  test("names the schema from where the file is written, where it is part of the project", async () => {
    using folder = folderOf({ "compose.yaml": compose });
    const output = join(folder.path, "out.yaml");
    const io = memoryIo({ workingDirectory: root });
    await run(["-f", join(folder.path, "compose.yaml"), "config", "--editor", "-o", output], io);
    const [, schema = ""] = /^# yaml-language-server: \$schema=(.*)\n/.exec(readFileSync(output, "utf8")) ?? [];
    expect(schema).toMatch(/^\.\.\//);
    expect(resolve(folder.path, schema)).toBe(join(root, "schema/compose.json"));
  });

  test.each(["--format json", "--services", "--hash *"])("is refused with %s", async (flags) => {
    using folder = folderOf({ "compose.yaml": compose });
    expect(await config(`--editor ${flags}`, folder.path)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("--editor begins a compose file in YAML"),
    });
  });
});
