import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import { execute } from "../execute/execute.ts";
import { observe } from "../observe/observe.ts";
import { basisOf, movedSince, neededForBasis } from "../plan/basis.ts";
import type { Plan } from "../plan/plan.ts";
import { redactPlan } from "../plan/redact.ts";
import type { UpResult } from "./up.ts";

export { renderPlan } from "../plan/render.ts";

/** A plan as text, to be kept and carried out later. It holds every value that the engine will be sent, secrets too. */
export function savePlan(plan: Plan): string {
  return `${JSON.stringify(plan, undefined, 2)}\n`;
}

/** A plan as JSON to be looked at: what it has in common with a kept one, with its secrets covered. */
export function showPlan(plan: Plan): string {
  return savePlan(redactPlan(plan));
}

/** Reads a kept plan. */
export function loadPlan(text: string): Plan {
  const value: unknown = parseJson(text);
  if (typeof value === "object" && value !== null && "formatVersion" in value && "steps" in value) {
    if ("isRedacted" in value) throw notAPlan("it was made to be looked at, its secrets are covered");
    if (value.formatVersion === 1 && Array.isArray(value.steps)) return value as Plan;
    throw notAPlan(`format version 1 expected, got ${String(value.formatVersion)}`);
  }
  throw notAPlan("no steps in it");
}

/** Carries out a kept plan, verbatim; refuses when the engine is no longer as it was when the plan was made. */
export async function carryOut(
  plan: Plan,
  { limit }: { readonly limit?: number },
  context: Context,
): Promise<UpResult> {
  const snapshot = await observe(context.engine, { projectName: plan.project, ...neededForBasis(plan.basis) });
  const moved = movedSince(plan.basis, basisOf(snapshot));
  if (moved.length > 0) {
    throw new TscomposeError({
      code: "plan-outdated",
      message: ["the engine has moved on since the plan was made:", ...moved.map((each) => `  ${each}`)].join("\n"),
      hint: "make a new plan",
    });
  }
  return { plan, ...(await execute(plan, { ...context, ...(limit === undefined ? {} : { limit }) })) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAPlan("not JSON", cause);
  }
}

function notAPlan(why: string, cause?: unknown): TscomposeError {
  return new TscomposeError({
    code: "invalid-usage",
    message: `not a plan: ${why}`,
    hint: "make one with: tscompose plan --out plan.json",
    ...(cause === undefined ? {} : { cause }),
  });
}
