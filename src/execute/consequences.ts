import type { Operation } from "../plan/operation.ts";
import type { Step } from "../plan/plan.ts";
import type { StepResult } from "./execute.ts";

/** A service that did not start because of a failure, and how it depends on what failed: `web`, `api`, `db`. */
export interface Consequence {
  readonly service: string;
  readonly chain: readonly string[];
}

/** Which services a failed step has kept from starting, by the steps that were skipped because of it. */
export function consequencesOf(failed: Step, results: readonly StepResult[]): Consequence[] {
  const steps = new Map(results.map(({ step }) => [step.id, step]));
  const chains = new Map<string, readonly string[]>();
  for (const result of results) {
    if (result.kind !== "skipped" || result.because !== failed.id) continue;
    const { operation } = result.step;
    if (operation.kind !== "start-container" || chains.has(operation.service)) continue;
    const services = pathBetween(result.step, failed, steps).flatMap((step) => serviceOf(step.operation) ?? []);
    chains.set(operation.service, [...new Set(services)]);
  }
  const own = serviceOf(failed.operation);
  return [...chains].filter(([service]) => service !== own).map(([service, chain]) => ({ service, chain }));
}

/** The shortest way from a step back to one that it comes after, both included. */
function pathBetween(from: Step, to: Step, steps: ReadonlyMap<number, Step>): readonly Step[] {
  let paths: readonly (readonly Step[])[] = [[from]];
  const seen = new Set([from.id]);
  while (paths.length > 0) {
    const arrived = paths.find((path) => path.at(-1)?.id === to.id);
    if (arrived !== undefined) return arrived;
    paths = paths.flatMap((path) =>
      (path.at(-1)?.after ?? [])
        .filter((id) => !seen.has(id) && seen.add(id).has(id))
        .flatMap((id) => steps.get(id) ?? [])
        .map((step) => [...path, step]),
    );
  }
  return [from];
}

function serviceOf(operation: Operation): string | undefined {
  return "service" in operation ? operation.service : undefined;
}
