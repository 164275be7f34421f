import type { Evaluation, ModulePlace } from "../../system/modules.ts";
import { placerOf } from "../parse.ts";
import type { LoadSession, Purpose, SourceText } from "../session.ts";
import { formatPath, type Location } from "../source.ts";
import type { MapTree } from "../tree.ts";
import { plantData } from "./plant-data.ts";
import { type Whereabouts, whereaboutsIn } from "./whereabouts.ts";

/** Whether a file is a module by its name: what a program makes, not what YAML says. */
export function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/.test(path);
}

/** Reads what a module exports by default; `undefined` when there is nothing to be read, which was reported. */
export async function readModule(
  path: string,
  environment: Readonly<Record<string, string>>,
  session: LoadSession,
  purpose: Purpose,
): Promise<(SourceText & { readonly documents: readonly MapTree[] }) | undefined> {
  const source = await session.read(path, purpose);
  if (source === undefined) return undefined;
  const where = whereaboutsIn(source.text, placerOf(source.text, source.name));
  const modules = mayRun(path, session, purpose) ? session.modules : undefined;
  if (modules === undefined) {
    const message = `${source.name}: a compose file that is a program is not run here`;
    const hint = "what comes from elsewhere, and what that names, is read only";
    session.report({ severity: "error", code: "unsupported", at: purpose.from ?? where.at, message, hint });
    return undefined;
  }
  const evaluation = await modules.evaluate(path, environment);
  // What it imports belongs to the project, too: an edit of it is an edit of the project.
  for (const file of evaluation.files) await session.find(file, {});
  for (const line of evaluation.output) {
    session.report({
      severity: "warning",
      code: "module-output",
      at: where.at,
      message: `${source.name} says: ${line}`,
    });
  }
  return planted(evaluation, { source, where }, session);
}

/** Whoever publishes compose files must not get programs run by it: neither their own nor some of this machine. */
function mayRun(path: string, { fetched }: LoadSession, { from }: Purpose): boolean {
  return fetched.length === 0 || (from === undefined && !fetched.some(({ copies }) => copies.includes(path)));
}

interface Read {
  readonly source: SourceText;
  readonly where: Whereabouts;
}

function planted(
  { outcome }: Evaluation,
  { source, where }: Read,
  session: LoadSession,
): (SourceText & { readonly documents: readonly MapTree[] }) | undefined {
  const refuse = (code: string, at: Location, message: string, hint?: string): undefined => {
    session.report({ severity: "error", code, at, message, ...(hint !== undefined && { hint }) });
  };
  const start = { file: source.name, line: 1, column: 1 };
  switch (outcome.kind) {
    case "no-default":
      return refuse("wrong-type", start, `${source.name} exports nothing by default`, exportHint);
    case "thrown": {
      const at = outcome.at === undefined ? start : locationOf(outcome.at, session);
      return refuse("module-failed", at, `${source.name}: ${outcome.message}`);
    }
    case "not-plain": {
      const { path, found } = outcome.problem;
      const name = formatPath(path) || "the default export";
      return refuse("wrong-type", placeAt(path, where), `${name}: expected plain data, got ${found}`);
    }
    case "data": {
      const tree = plantData(outcome.data, where);
      if (tree.kind === "map") return { ...source, documents: [tree] };
      return refuse("wrong-type", tree.at, `${source.name}: the default export must be an object`, exportHint);
    }
  }
}

const exportHint = "export default defineCompose({ services: { … } })";

function placeAt(path: readonly (string | number)[], where: Whereabouts): Location {
  return path.reduce<Whereabouts>((holder, part) => holder.inside(part).value, where).at;
}

function locationOf({ path, line, column }: ModulePlace, session: LoadSession): Location {
  return { file: session.nameOf(path), line, column };
}
