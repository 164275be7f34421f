import { join } from "node:path";
import { ownSurroundings, setOwnVariable } from "../system/surroundings.ts";
import { dossierVariable, usualDossiers, wantedDossiers } from "./dossier/places.ts";
import { clearDossiers, type FailedTest, sortOutDossiers } from "./dossier/sort-out.ts";

/** As much of vitest as its reporters get of it and is needed here. */
export interface VitestRun {
  readonly config: { readonly root: string };
  readonly logger: { log(...texts: readonly string[]): void };
}

/** A test of vitest, as its reporters get it. */
export interface VitestTest {
  readonly fullName: string;
  readonly module: { readonly moduleId: string };
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
  readonly #failed: FailedTest[] = [];

  async onInit(vitest: VitestRun): Promise<void> {
    this.#vitest = vitest;
    this.#root = wantedDossiers(ownSurroundings().environment) ?? join(vitest.config.root, usualDossiers);
    setOwnVariable(dossierVariable, this.#root);
    await clearDossiers(this.#root);
  }

  onTestCaseResult(test: VitestTest): void {
    if (test.result().state !== "failed") return;
    const { startTime = 0, duration = Infinity } = test.diagnostic() ?? {};
    const { fullName: name, module } = test;
    this.#failed.push({ name, file: module.moduleId, startedAtMs: startTime, endedAtMs: startTime + duration });
  }

  async onTestRunEnd(): Promise<void> {
    const shown = await sortOutDossiers(this.#root, this.#failed.splice(0));
    if (shown.length > 0) this.#vitest?.logger.log(`\n${shown.join("\n")}`);
  }
}

// Runners load what is exported by default.
// oxlint-disable-next-line import/no-default-export
export { DossierReporter as default };
