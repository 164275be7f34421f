import { parentPort } from "node:worker_threads";
import { type Diagnostic, InvalidProjectError } from "../../src/compose/diagnostic.ts";
import { encodeProject, serviceHashInput } from "../../src/compose/encode.ts";
import { explainValue, mentionsOf } from "../../src/compose/explain.ts";
import { load, loadModel } from "../../src/compose/load.ts";
import { encodeTree, printModel } from "../../src/compose/print.ts";
import { lineOf, type Texts, worldOf } from "../support/load-texts.ts";
import type { Verdict } from "./fuzz.ts";

parentPort?.on("message", (texts: Texts) => {
  void judge(texts).then((verdict) => parentPort?.postMessage(verdict));
});

/** What the loader makes of one project, and whether everything that follows can live with it. */
async function judge(texts: Texts): Promise<Verdict> {
  const request = { files: Object.keys(texts), allResources: true, profiles: ["*"] };
  const world = worldOf(texts, { environment: { TAG: "1" } });
  try {
    await loadModel({ ...request, interpolate: false }, world).then(
      ({ model }) => printModel(encodeTree(model), "yaml"),
      complaintsOf,
    );
    const { model } = await loadModel(request, world);
    explainValue(model, "services");
    mentionsOf(model, "TAG");
    const { project, warnings } = await load(request, world);
    checkTold(warnings);
    JSON.stringify(project);
    printModel(encodeProject(project, "json"), "json");
    printModel(encodeProject(project, "yaml"), "yaml");
    for (const service of Object.values(project.services)) serviceHashInput(service);
    return { kind: "accepted", text: "" };
  } catch (error) {
    return error instanceof InvalidProjectError ? verdictOn(error) : finding(error);
  }
}

function verdictOn(error: InvalidProjectError): Verdict {
  try {
    return { kind: "refused", text: complaintsOf(error).join("\n") };
  } catch (flaw) {
    return finding(flaw);
  }
}

function complaintsOf(error: unknown): readonly string[] {
  if (!(error instanceof InvalidProjectError)) throw error;
  checkTold(error.diagnostics);
  return error.diagnostics.map(lineOf);
}

/** Every mistake has a place, and is told once, in few words. */
function checkTold(diagnostics: readonly Diagnostic[]): void {
  const told = new Set<string>();
  for (const diagnostic of diagnostics) {
    const line = lineOf(diagnostic);
    if (!isPlaced(diagnostic)) throw new Error(`told without a place: ${line}`);
    if (told.has(line)) throw new Error(`told twice: ${line}`);
    if (line.length > 1200) throw new Error(`told at length: ${line}`);
    told.add(line);
  }
}

function isPlaced({ at }: Diagnostic): boolean {
  return at !== undefined && at.file !== "" && at.line >= 1 && at.column >= 1;
}

function finding(error: unknown): Verdict {
  return { kind: "finding", text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
