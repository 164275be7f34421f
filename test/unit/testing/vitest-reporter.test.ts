import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dossierVariable } from "../../../src/testing/dossier/places.ts";
import { makeFolder, noteName } from "../../../src/testing/dossier/record.ts";
import DossierReporter, { type VitestSuite, type VitestTest } from "../../../src/testing/vitest-reporter.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tscompose-dossiers-"));
  vi.stubEnv(dossierVariable, root);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** A dossier as a stack writes it at its end; without a file of tests it is one that global set-up held. */
async function end(project: string, testFile?: string): Promise<void> {
  const folder = await makeFolder(root, project);
  const times = { startedAtMs: 1000, endedAtMs: 3000 };
  const note = { project, composeFiles: ["/c.yaml"], ...times, isStartFailure: false, screen: [], testFile };
  await writeFile(join(folder, noteName), JSON.stringify(note));
}

const module = { moduleId: "/a.test.ts" };
const red: VitestTest = {
  fullName: "counts",
  module,
  result: () => ({ state: "failed" }),
  diagnostic: () => ({ startTime: 2000, duration: 10 }),
};

/** Plays the part of vitest; what is shown is collected. */
function watching(): {
  readonly run: (tests: readonly VitestTest[], during?: () => Promise<void>) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly reporter: DossierReporter;
  readonly shown: string[];
} {
  const reporter = new DossierReporter();
  const shown: string[] = [];
  const closing: (() => Promise<void>)[] = [];
  reporter.onInit({
    config: { root },
    logger: { log: (...texts) => shown.push(...texts) },
    onClose: (callback) => closing.push(callback),
  });
  const run = async (tests: readonly VitestTest[], during = async (): Promise<void> => {}): Promise<void> => {
    await reporter.onTestRunStart();
    for (const each of tests) reporter.onTestCaseResult(each);
    await during();
    await reporter.onTestRunEnd();
  };
  const close = async (): Promise<void> => {
    for (const each of closing) await each();
  };
  return { run, close, reporter, shown };
}

describe("of a stack that is held until vitest closes", () => {
  test("nothing stays when the last run was green", async () => {
    const { run, close, shown } = watching();
    await run([red]);
    await run([]);
    await end("held");
    await close();
    expect(await readdir(root)).toEqual([]);
    expect(shown).toEqual([]);
  });

  test("it is shown when the last run was red", async () => {
    const { run, close, shown } = watching();
    await run([]);
    await run([red]);
    await end("held");
    await close();
    expect(await readdir(root)).toEqual(["held"]);
    expect(shown.join("\n")).toMatch(/stack held of \/c\.yaml ran while this failed: counts\n {2}all of it: .*held/);
  });

  test("nothing is told twice when the test that failed has told of the same stack", async () => {
    const { run, close, shown } = watching();
    await run([red], () => end("shared", module.moduleId));
    expect(shown).toHaveLength(1);
    await end("shared");
    await close();
    expect(await readdir(root)).toEqual(["shared"]);
    expect(shown).toHaveLength(1);
  });
});

describe("of a stack in a file whose tests did not even run", () => {
  const suite: VitestSuite = { fullName: "visits", module, errors: () => ["migration failed"] };

  test("it is shown when a hook of a suite failed", async () => {
    const { run, reporter, shown } = watching();
    await run([], async () => {
      reporter.onTestSuiteResult(suite);
      await end("own", module.moduleId);
    });
    expect(shown.join("\n")).toContain("stack own of /c.yaml ran while this failed: visits\n");
  });

  test("it is shown when a hook of the file failed, or its import", async () => {
    const { run, reporter, shown } = watching();
    await run([], async () => {
      reporter.onTestModuleEnd({ ...module, relativeModuleId: "a.test.ts", errors: () => ["migration failed"] });
      await end("own", module.moduleId);
      await end("other", "/b.test.ts");
    });
    expect(shown.join("\n")).toContain("stack own of /c.yaml ran while this failed: a.test.ts\n");
    expect(await readdir(root)).toEqual(["own"]);
  });

  test("a run that is watched forgets what an earlier one has told", async () => {
    const { run, close, reporter, shown } = watching();
    await run([], async () => {
      reporter.onTestSuiteResult(suite);
      await end("own", module.moduleId);
    });
    await run([]);
    await close();
    expect(await readdir(root)).toEqual([]);
    expect(shown).toHaveLength(1);
  });
});
