import type { Project } from "../../src/compose/project.ts";
import type { Snapshot } from "../../src/observe/snapshot.ts";
import type { ReconcileOptions } from "../../src/plan/options.ts";
import { reconcile } from "../../src/plan/reconcile.ts";
import { renderPlan } from "../../src/plan/render.ts";
import { sampleProject, type Sample } from "./sample-project.ts";
import { emptySnapshot, observedImage, simulate, type Simulation } from "./simulate-plan.ts";

/** The plan for a project, as lines with causes. */
export function planned(project: Project, snapshot: Snapshot, options?: ReconcileOptions): string[] {
  return renderPlan(reconcile(project, snapshot, options));
}

/** The same with step numbers, and what each step waits for. */
export function plannedInOrder(project: Project, snapshot: Snapshot, options?: ReconcileOptions): string[] {
  return renderPlan(reconcile(project, snapshot, options), { withOrder: true });
}

/** The engine after `up`, with the images of the project present beforehand. */
export function converged(sample: Sample, simulation?: Simulation): Snapshot {
  const project = sampleProject(sample);
  return simulate(reconcile(project, engineWith(project)), engineWith(project), simulation);
}

/** An engine that holds the images of a project, and nothing else. */
export function engineWith(project: Project): Snapshot {
  const images = Object.values(project.services).flatMap(({ image }) => (image === undefined ? [] : [image]));
  const present = Object.fromEntries(images.map((image) => [image, observedImage(image)]));
  return { ...emptySnapshot("app"), images: present };
}

/** Every step that must have succeeded before one, near or far. */
export function ancestors(
  steps: readonly { readonly id: number; readonly after: readonly number[] }[],
  id: number,
): number[] {
  const after = steps.find((each) => each.id === id)?.after ?? [];
  return [...new Set([...after, ...after.flatMap((each) => ancestors(steps, each))])];
}
