import { spawn } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidProjectError } from "../../../src/compose/diagnostic.ts";
import { load } from "../../../src/compose/load.ts";
import { systemFiles } from "../../../src/system/files.ts";
import { hostileFiles } from "../../support/hostile-files.ts";
import { folderOf, hostilePlaces } from "../../support/hostile-places.ts";
import { lineOf, mistakesOf } from "../../support/load-texts.ts";

/** Loads what is in a folder, as the command line does; gives the lines of the refusal. */
async function refusalOf(directory: string): Promise<readonly string[]> {
  const context = {
    files: systemFiles,
    environment: {},
    workingDirectory: directory,
    homeDirectory: "/home/someone",
    readStdin: async () => "",
  };
  const error: unknown = await load({}, context).catch((refusal: unknown) => refusal);
  if (!(error instanceof InvalidProjectError)) throw error;
  return error.diagnostics.map(lineOf);
}

describe("hostile input is refused with a place, soon", () => {
  test.each(hostileFiles)("$what", async ({ files, told }) => {
    using folder = folderOf(files());
    const before = process.cpuUsage();
    const lines = await refusalOf(folder.path);
    const { user, system } = process.cpuUsage(before);

    expect(
      lines.find((line) => line.includes(told)),
      lines.slice(0, 3).join("\n"),
    ).toBeDefined();
    for (const line of lines) {
      expect(line).toMatch(/^[^ ]+:\d+:\d+ /);
      expect(line.length).toBeLessThan(1200);
    }
    expect(lines.length).toBeLessThanOrEqual(201);
    // The command itself takes less: test/e2e/hostile.test.ts.
    expect((user + system) / 1e6, "seconds of processor time").toBeLessThan(5);
  });

  test.each(hostilePlaces)("$what", async ({ files, make, told }) => {
    using folder = folderOf(files());
    using _made = make(folder.path) ?? { [Symbol.dispose]: () => {} };
    const [line] = await refusalOf(folder.path);
    expect(line).toContain(told);
    expect(line).toMatch(/^[^ ]+:\d+:\d+ /);
  });

  test("a file that may not be read", async () => {
    const files = {
      ...systemFiles,
      status: async () => ({ kind: "file", sizeBytes: 1 }) as const,
      readText: async () => {
        throw Object.assign(new Error("no"), { code: "EACCES" });
      },
    };
    const world = { environment: {}, workingDirectory: "/", homeDirectory: "/", readStdin: async () => "" };
    await expect(load({ files: ["/compose.yaml"], envFiles: ["/.env"] }, { ...world, files })).rejects.toThrow(
      ".env:1:1 .env: permission denied [file-not-readable]\ncompose.yaml:1:1 compose.yaml: permission denied",
    );
  });
});

describe("what only looks hostile is read", () => {
  test("thirty thousand lines", async () => {
    const services = Array.from({ length: 2000 }, (_, i) =>
      [
        `  service-${i}:`,
        `    image: registry.example.com/team/app-${i}:1.2.3`,
        "    restart: unless-stopped",
        `    command: ["run", "--port", "8080", "--name", "service-${i}"]`,
        "    environment:",
        `      DATABASE_URL: postgres://user:pass@db-${i}:5432/app`,
        "      LOG_LEVEL: ${LOG_LEVEL:-info}",
        "    ports:",
        `      - "${10_000 + i}:8080"`,
        `    depends_on: [service-${Math.max(0, i - 1)}]`.replace(`[service-${i}]`, "[]"),
        "    networks: [back]",
        "    volumes:",
        "      - data:/data",
        "    healthcheck:",
        `      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]`,
      ].join("\n"),
    );
    const text = `services:\n${services.join("\n")}\nnetworks: {back: }\nvolumes: {data: }\n`;
    expect(await mistakesOf({ "compose.yaml": text })).toEqual([]);
  });

  test("no variables at all", async () => {
    using folder = folderOf({ "compose.yaml": "services: {web: {image: x, env_file: [/dev/null, none.env]}}\n" });
    symlinkSync("/dev/null", join(folder.path, "none.env"));
    symlinkSync("/dev/null", join(folder.path, ".env"));
    const world = { environment: {}, workingDirectory: folder.path, homeDirectory: "/", readStdin: async () => "" };
    const { project } = await load({}, { ...world, files: systemFiles });
    expect(project.services["web"]?.environment).toBeUndefined();
  });

  test("a pipe that somebody writes to, late", async () => {
    using folder = folderOf({});
    const path = join(folder.path, "compose.yaml");
    hostilePlaces.find(({ what }) => what === "a pipe that nobody writes to")?.make(folder.path);
    const writer = spawn("sh", ["-c", "exec 3>\"$0\"; printf 'services: {web: ' >&3; sleep 0.1; printf 5} >&3", path]);
    expect(await refusalOf(folder.path)).toEqual([expect.stringContaining("services.web: expected a mapping, got 5")]);
    writer.kill();
  });
});
