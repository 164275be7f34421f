import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidProjectError, type Diagnostic } from "../../../src/compose/diagnostic.ts";
import { encodeProject } from "../../../src/compose/encode.ts";
import { load, type LoadRequest } from "../../../src/compose/load.ts";
import { printModel } from "../../../src/compose/print.ts";
import type { Project } from "../../../src/compose/project.ts";
import { systemFiles } from "../../../src/system/files.ts";
import { lineOf } from "../../support/load-texts.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/projects");

/** What `request.json` of a folder may say. */
interface Trial {
  readonly request?: LoadRequest;
  readonly environment?: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly project?: Project;
  readonly told: readonly Diagnostic[];
}

async function outcomeOf(directory: string): Promise<Outcome> {
  const trial = join(directory, "request.json");
  const { request = {}, environment = {} }: Trial = existsSync(trial) ? JSON.parse(readFileSync(trial, "utf8")) : {};
  const context = { files: systemFiles, environment, workingDirectory: directory, homeDirectory: "/home/someone" };
  try {
    const { project, warnings } = await load(request, { ...context, readStdin: async () => "" });
    return { project, told: warnings };
  } catch (error) {
    if (!(error instanceof InvalidProjectError)) throw error;
    return { told: error.diagnostics };
  }
}

describe("fixtures", () => {
  test.each(readdirSync(fixtures))("%s", async (name) => {
    const directory = join(fixtures, name);
    const { project, told } = await outcomeOf(directory);
    const here = (text: string): string => `${text.replaceAll(directory, "${DIR}")}\n`;
    const model = project === undefined ? undefined : here(printModel(encodeProject(project, "json"), "json"));
    const lines = told.length === 0 ? undefined : here(told.map(lineOf).join("\n"));
    await expectFile(model, join(directory, "project.json"));
    await expectFile(lines, join(directory, "diagnostics.txt"));
  });
});

async function expectFile(text: string | undefined, path: string): Promise<void> {
  if (text === undefined) expect(existsSync(path), `${path} must not be there`).toBe(false);
  else await expect(text).toMatchFileSnapshot(path);
}
