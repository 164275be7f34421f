import type { Diagnostic } from "../compose/diagnostic.ts";
import { type Explanation, explainValue, mentionsOf } from "../compose/explain.ts";
import { type LoadContext, type LoadRequest, loadModel } from "../compose/load.ts";
import type { Location, Sources } from "../compose/source.ts";
import { UsageError } from "../errors.ts";

/** What `config --explain` hands to those who print. */
export interface Explained<Finding> {
  readonly findings: readonly Finding[];
  readonly warnings: readonly Diagnostic[];
  readonly sources: Sources;
  readonly environment: Readonly<Record<string, string>>;
}

/** Tells of a part of the model what was written about it, and where. */
export async function explain(
  path: string,
  request: LoadRequest,
  context: LoadContext,
): Promise<Explained<Explanation>> {
  const { model, warnings, sources, environment } = await loadModel(request, context);
  const findings = explainValue(model, path);
  if ("known" in findings) throw nothingAt(path, findings);
  return { findings, warnings, sources, environment };
}

/** Where a variable can get its value from. */
export type VariableSource =
  | { readonly kind: "shell"; readonly value: string }
  | { readonly kind: "env-file"; readonly value: string; readonly at: Location }
  /** A default that a compose file gives, where the variable is not set. */
  | { readonly kind: "default"; readonly value: string; readonly at: Location; readonly path: string };

/** A source of a variable; of all but the defaults only one is used. */
export type VariableFinding = VariableSource & { readonly isUsed: boolean };

/** Tells where a variable gets its value from, and where else it could: what wins first, defaults last. */
export async function explainVariable(
  name: string,
  request: LoadRequest,
  context: LoadContext,
): Promise<Explained<VariableFinding>> {
  const { model, assignments, warnings, sources, environment } = await loadModel(
    { ...request, interpolate: false },
    context,
  );
  const shell = Object.hasOwn(context.environment, name) ? context.environment[name] : undefined;
  const set: readonly VariableSource[] = [
    ...(shell === undefined ? [] : [{ kind: "shell", value: shell } as const]),
    // The last of the lines of one round wins, but what an earlier round has set stays.
    ...assignments.flatMap((round) =>
      (round.get(name) ?? []).toReversed().map((assignment) => ({ kind: "env-file", ...assignment }) as const),
    ),
  ];
  const mentions = mentionsOf(model, name);
  if (set.length + mentions.length === 0) {
    throw new UsageError(`variable ${name} is not set, and no file mentions it`, "see tscompose config --variables");
  }
  const value = set[0]?.value;
  const defaults = mentions.flatMap(({ at, path, fallback, isForEmpty }): readonly VariableFinding[] => {
    if (fallback === undefined) return [];
    const isUsed = value === undefined || (value === "" && isForEmpty === true);
    return [{ kind: "default", value: fallback, at, path, isUsed }];
  });
  const findings = [...set.map((source, index) => ({ ...source, isUsed: index === 0 })), ...defaults];
  return { findings, warnings, sources, environment };
}

function nothingAt(
  path: string,
  { known, similar }: { readonly known: string; readonly similar: string | undefined },
): UsageError {
  const message = `nothing is at ${path}: the model ends at ${known === "" ? "its top" : known}`;
  const hint = similar === undefined ? "write a path such as services.web.ports[0]" : `did you mean "${similar}"?`;
  return new UsageError(message, hint);
}
