import { renderPlan } from "../../actions/plan.ts";
import type { Plan } from "../../plan/plan.ts";

/** A plan for people: every step with its cause and what it waits for, then what to know before it is carried out. */
export function planLines(plan: Plan): readonly string[] {
  const { length } = plan.steps;
  if (length === 0) return [...plan.remarks, "nothing to do: all is as it should be"];
  return [...renderPlan(plan, { withOrder: true }), ...plan.remarks, `${length} step${length === 1 ? "" : "s"}`];
}
