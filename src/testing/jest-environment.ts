import { join } from "node:path";
import { ownSurroundings, tell } from "../system/surroundings.ts";
import { dossierVariable, usualDossiers, wantedDossiers } from "./dossier/places.ts";
import { type FailedTest, sortOutDossiers } from "./dossier/sort-out.ts";

/** What jest tells an environment about its file. */
export interface JestConfig {
  readonly projectConfig: { readonly rootDir: string };
}

/** Which file of tests it is. */
export interface JestContext {
  readonly testPath: string;
}

/** A test of jest-circus, as far as it is needed here. */
export interface JestTest {
  readonly name: string;
  readonly parent?: JestTest;
  readonly errors: readonly unknown[];
  readonly startedAt?: number | null;
  readonly duration?: number | null;
}

/** What jest-circus tells its environment. */
export interface JestEvent {
  readonly name: string;
  readonly test?: JestTest;
}

/** As much of jest-environment-node as is needed here. */
interface NodeEnvironment {
  readonly global: { readonly process: { readonly env: Record<string, string | undefined> } };
  teardown(): Promise<void>;
}

type NodeEnvironmentClass = new (config: JestConfig, context: JestContext) => NodeEnvironment;

// Whoever runs jest has it; what is not of this package cannot be named to the compiler.
const ofJest: string = "jest-environment-node";
const loaded = (await import(ofJest)) as { readonly TestEnvironment: NodeEnvironmentClass };
const TestEnvironment: NodeEnvironmentClass = loaded.TestEnvironment;

/**
 * The environment of jest for Node, and more: of every stack that did not start, or that ran while a test failed, it shows one
 * screen, and keeps the whole in a folder.
 *
 * ```js
 * export default { testEnvironment: "tscompose/testing/jest-environment" }; // jest.config.js
 * ```
 */
class DossierEnvironment extends TestEnvironment {
  readonly #root: string;
  readonly #testPath: string;
  readonly #failed: FailedTest[] = [];

  constructor(config: JestConfig, context: JestContext) {
    super(config, context);
    this.#testPath = context.testPath;
    const { environment } = ownSurroundings();
    this.#root = wantedDossiers(environment) ?? join(config.projectConfig.rootDir, usualDossiers);
    this.global.process.env[dossierVariable] = this.#root;
  }

  async handleTestEvent({ name, test }: JestEvent): Promise<void> {
    if (name !== "test_done" || test === undefined || test.errors.length === 0) return;
    const startedAtMs = test.startedAt ?? 0;
    const endedAtMs = startedAtMs + (test.duration ?? Infinity);
    this.#failed.push({ name: fullName(test), file: this.#testPath, startedAtMs, endedAtMs });
  }

  override async teardown(): Promise<void> {
    const shown = await sortOutDossiers(this.#root, this.#failed, ({ testFile }) => testFile === this.#testPath);
    if (shown.length > 0) tell(`\n${shown.join("\n")}\n`);
    await super.teardown();
  }
}

function fullName({ name, parent }: JestTest): string {
  return parent === undefined || parent.name === "ROOT_DESCRIBE_BLOCK" ? name : `${fullName(parent)} ${name}`;
}

// Runners load what is exported by default.
// oxlint-disable-next-line import/no-default-export
export { DossierEnvironment as default };
