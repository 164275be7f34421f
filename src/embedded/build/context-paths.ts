import { type Step, inputsOf, stepOf } from "./plan/steps.ts";

/** What the steps that a result needs take of each context, by its name; a context of which all is taken is missing. */
export function contextPathsOf(target: Step): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const seen = new Set<Step>();
  const note = (from: Step, path: string): void => {
    if (from.kind !== "context") return;
    const paths = found.get(from.context) ?? new Set();
    found.set(from.context, paths.add(path.replace(/^\/+/, "")));
  };
  const visit = (step: Step): void => {
    if (seen.has(step)) return;
    seen.add(step);
    if (step.kind === "files") {
      note(step.base, "");
      for (const action of step.actions) {
        if (action.kind !== "copy") continue;
        for (const from of stepOf(action.from)) note(from, action.source);
      }
    } else if (step.kind === "command") {
      note(step.base, "");
      for (const { from, source } of step.mounts)
        if (from !== undefined) for (const each of stepOf(from)) note(each, source);
    } else if (step.kind === "merge") note(step.base, "");
    for (const input of inputsOf(step)) visit(input);
  };
  note(target, "");
  visit(target);
  return new Map([...found].flatMap(([name, paths]) => (paths.has("") ? [] : [[name, [...paths].sort()] as const])));
}
