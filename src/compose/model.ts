import { canonicalize } from "./canonical/canonicalize.ts";
import { checkModel } from "./check.ts";
import { setDefaults } from "./defaults.ts";
import { extendServices } from "./extend.ts";
import { includeModels } from "./include.ts";
import { inheritEnvironment } from "./inherit-environment.ts";
import { merge } from "./merge.ts";
import { prune } from "./prune.ts";
import { type ModelScope, type ParsedFile, substituteVariables, rebasePaths } from "./scope.ts";
import type { LoadSession } from "./session.ts";
import { type MapTree, mapTree, withoutEntry } from "./tree.ts";
import { enforceUniqueness } from "./uniqueness.ts";
import { keepSound } from "./validate.ts";

/** Puts files together: each document is laid over what the ones before it said, then the whole is completed. */
export async function composeModel(files: readonly ParsedFile[], scope: ModelScope): Promise<MapTree> {
  let model: MapTree = mapTree([], { file: files[0]?.name ?? "-", line: 1, column: 1 });
  for (const file of files) {
    for (const document of file.documents) model = await addDocument(model, document, file, scope);
  }
  const settled = setDefaults(prune(model, scope.session.doubts));
  checkModel(settled, scope.session.report);
  const placed = rebasePaths(settled, scope.directory, scope.outerDirectory, scope);
  return inheritEnvironment(placed, scope.environment);
}

async function addDocument(model: MapTree, document: MapTree, file: ParsedFile, scope: ModelScope): Promise<MapTree> {
  const { session, interpolates } = scope;
  const substituted = substituteVariables(document, scope);
  const complete = await includeModels(substituted, file, scope, composeModel);
  const extended = await extendServices(complete, file, scope);
  const merged = enforceUniqueness(merge(model, extended, session.report));
  const sound = keepSound(merged, session);
  const canonical = canonicalize(withoutVersion(sound, session), session.reject, { strict: interpolates });
  // Long forms may turn out to mean the same: a range of ports, and one of them.
  return enforceUniqueness(canonical);
}

function withoutVersion(model: MapTree, { report }: LoadSession): MapTree {
  const version = model.entries.get("version");
  if (version === undefined) return model;
  const message = "the attribute version is obsolete and ignored";
  report({ severity: "warning", code: "obsolete", at: version.keyAt, message, hint: "remove it" });
  return withoutEntry(model, "version");
}
