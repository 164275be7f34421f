import { resolve } from "node:path";
import type { TestEvent } from "node:test/reporters";
import { systemClock } from "../system/clock.ts";
import { ownSurroundings, setOwnVariable } from "../system/surroundings.ts";
import { dossierVariable, usualDossiers, wantedDossiers } from "./dossier/places.ts";
import { clearDossiers, type FailedTest, sortOutDossiers } from "./dossier/sort-out.ts";

const root = wantedDossiers(ownSurroundings().environment) ?? resolve(usualDossiers);
// Reporters are loaded before the first file of tests is started, which is to know it.
setOwnVariable(dossierVariable, root);
await clearDossiers(root);

/**
 * A reporter for node:test, beside the one that you have: of every stack that did not start, or that ran while a test failed,
 * it shows one screen, and keeps the whole in a folder.
 *
 *     node --test --test-reporter=spec --test-reporter-destination=stdout \
 *       --test-reporter=tscompose/testing/node-reporter --test-reporter-destination=stdout
 */
async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string, void, undefined> {
  const failed: FailedTest[] = [];
  for await (const { type, data } of source) {
    // Told as soon as it is so; `test:fail` comes in the order of the files.
    if (type !== "test:complete" || data.details.passed) continue;
    const { name, file, details } = data;
    const endedAtMs = systemClock.now();
    failed.push({ name, file, startedAtMs: endedAtMs - details.duration_ms, endedAtMs });
  }
  for (const line of await sortOutDossiers(root, failed.filter(isNoSummary))) yield `${line}\n`;
}

/** A file fails with each of its tests: only where none of them did, it has something to say itself. */
function isNoSummary({ name, file = name }: FailedTest, _: number, all: readonly FailedTest[]): boolean {
  const path = resolve(file);
  const isFile = resolve(name) === path;
  return !isFile || all.every((other) => other.name === name || resolve(other.file ?? "") !== path);
}

// Runners load what is exported by default.
// oxlint-disable-next-line import/no-default-export
export { report as default };
