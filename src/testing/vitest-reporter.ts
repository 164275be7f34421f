import { join } from "node:path";
import { ownSurroundings, setOwnVariable } from "../system/surroundings.ts";
import { dossierVariable, usualDossiers, wantedDossiers } from "./dossier/places.ts";
import { clearDossiers, type FailedTest, sortOutDossiers } from "./dossier/sort-out.ts";

/** As much of vitest as its reporters get of it and is needed here. */
export interface VitestRun {
  readonly config: { readonly root: string };
  readonly logger: { log(...texts: readonly string[]): void };
  onClose(callback: () => Promise<void>): void;
}

/** A file of tests of vitest, as its reporters get it. */
export interface VitestModule {
  readonly moduleId: string;
  readonly relativeModuleId: string;
  /** What is wrong with the file itself or with its hooks. */
  errors(): readonly unknown[];
}

/** A `describe` of vitest, as its reporters get it. */
export interface VitestSuite {
  readonly fullName: string;
  readonly module: Pick<VitestModule, "moduleId">;
  /** What is wrong with its hooks. */
  errors(): readonly unknown[];
}

/** A test of vitest, as its reporters get it. */
export interface VitestTest {
  readonly fullName: string;
  readonly module: Pick<VitestModule, "moduleId">;
  result(): { readonly state: string };
  diagnostic(): { readonly startTime: number; readonly duration: number } | undefined;
}

/**
 * A reporter for vitest, beside the one that you have: of every stack that did not start, or that ran while a test failed,
 * it shows one screen, and keeps the whole in a folder.
 *
 * ```ts
 * reporters: ["default", "tscompose/testing/vitest-reporter"] // vitest.config.ts
 * ```
 */
class DossierReporter {
  #vitest: VitestRun | undefined;
  #root = usualDossiers;
  #failing: FailedTest[] = [];
  /** Of the run that was the last to end. */
  #failed: readonly FailedTest[] = [];
  #shown: readonly string[] = [];

  onInit(vitest: VitestRun): void {
    this.#vitest = vitest;
    this.#root = wantedDossiers(ownSurroundings().environment) ?? join(vitest.config.root, usualDossiers);
    setOwnVariable(dossierVariable, this.#root);
    // What global set-up has started ends after the last run.
    vitest.onClose(() => this.#sortOut());
  }

  /** While vitest watches, it runs again and again. */
  async onTestRunStart(): Promise<void> {
    await clearDossiers(this.#root);
  }

  onTestModuleEnd(module: VitestModule): void {
    if (module.errors().length > 0) this.#failing.push(wholeTime(module.relativeModuleId, module));
  }

  onTestSuiteResult(suite: VitestSuite): void {
    if (suite.errors().length > 0) this.#failing.push(wholeTime(suite.fullName, suite.module));
  }

  onTestCaseResult(test: VitestTest): void {
    if (test.result().state !== "failed") return;
    const { startTime = 0, duration = Infinity } = test.diagnostic() ?? {};
    const { fullName: name, module } = test;
    this.#failing.push({ name, file: module.moduleId, startedAtMs: startTime, endedAtMs: startTime + duration });
  }

  async onTestRunEnd(): Promise<void> {
    this.#failed = this.#failing;
    this.#failing = [];
    this.#shown = [];
    await this.#sortOut();
  }

  async #sortOut(): Promise<void> {
    const screens = await sortOutDossiers(this.#root, this.#failed);
    const unseen = screens.filter((screen) => !this.#shown.includes(screen));
    this.#shown = screens;
    if (unseen.length > 0) this.#vitest?.logger.log(`\n${unseen.join("\n")}`);
  }
}

/** What fails beside the tests fails at no time that vitest would tell, but in a file. */
function wholeTime(name: string, { moduleId: file }: Pick<VitestModule, "moduleId">): FailedTest {
  return { name, file, startedAtMs: 0, endedAtMs: Infinity };
}

// Runners load what is exported by default.
// oxlint-disable-next-line import/no-default-export
export { DossierReporter as default };
