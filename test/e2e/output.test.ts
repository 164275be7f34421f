import { spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderOf } from "../support/hostile-places.ts";
import { tscompose } from "../support/tool.ts";

/** What `config` prints of this is larger than any pipe. */
const services = Array.from({ length: 1500 }, (_, i) => `  service-${i}: {image: x, environment: {NAME: "${i}"}}`);
const compose = `services:\n${services.join("\n")}\n`;

/** Runs `tscompose config` as `"$@"` of a shell script: only a shell makes real pipes. */
function shell(script: string, directory: string): { readonly stdout: string; readonly stderr: string } {
  const command = [...tscompose.command, "config"];
  return spawnSync("sh", ["-c", script, "sh", ...command], { cwd: directory, encoding: "utf8" });
}

describe("what is printed arrives", () => {
  test("in a file, appended to what is there", () => {
    using folder = folderOf({ "compose.yaml": compose });
    writeFileSync(join(folder.path, "out"), "before\n");
    expect(shell('"$@" >> out; tail -n 1 out; head -n 1 out', folder.path).stdout).toBe(
      "    name: x_default\nbefore\n".replace("x_default", nameOf(folder.path)),
    );
    expect(statSync(join(folder.path, "out")).size).toBeGreaterThan(100_000);
  });

  test("in a pipe whose reader takes its time", () => {
    using folder = folderOf({ "compose.yaml": compose });
    const { stdout } = shell(
      `"$@" > out; "$@" | "$1" -e 'process.stdin.pipe(process.stdout)' | cmp - out && wc -c < out`,
      folder.path,
    );
    expect(Number(stdout)).toBeGreaterThan(100_000);
  });

  test("in the order in which it was written, where standard error is the same pipe", () => {
    using folder = folderOf({ "compose.yaml": `version: "3"\n${compose}` });
    const { stdout } = shell('"$@" 2>&1 | head -n 3', folder.path);
    expect(stdout).toMatch(/^.*obsolete[^]*name: /);
  });

  test("as far as it is read, and the command ends like others whose reader went away", () => {
    using folder = folderOf({ "compose.yaml": compose });
    const { stdout, stderr } = shell('{ "$@"; echo $? >&2; } | head -c 5', folder.path);
    expect({ stdout, stderr }).toEqual({ stdout: "name:", stderr: "141\n" });
  });
});

function nameOf(directory: string): string {
  return `${directory.split("/").at(-1)?.toLowerCase()}_default`;
}
