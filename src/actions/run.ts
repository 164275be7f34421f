import { randomBytes } from "node:crypto";
import { withoutUnusedResources } from "../compose/select.ts";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import type { OneOff, ReconcileOptions } from "../plan/options.ts";
import type { Plan } from "../plan/plan.ts";
import { type OneOffOverrides, oneOffService, type OneOffStreams } from "./one-off.ts";
import { planUp } from "./up.ts";

/** What can be asked of `run`. */
export interface RunOptions
  extends OneOffStreams, Pick<ReconcileOptions, "pull" | "build" | "removeOrphans" | "ignoreOrphans"> {
  readonly service: string;
  readonly overrides: OneOffOverrides;
  /** Name of the container; absent: project, service, `run` and twelve digits. */
  readonly name?: string;
  /** Nobody talks to it. */
  readonly detach?: boolean;
  readonly autoRemove?: boolean;
  readonly useAliases?: boolean;
  /** Where relative paths of `--volume` start. */
  readonly directory: string;
  /** Variables that configs and secrets may name, and `DOCKER_DEFAULT_PLATFORM`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A one-off that is planned: `start` holds the last steps of the plan, which let it run. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly container: string;
  /** Everything up to the start, to be carried out before somebody joins its streams. */
  readonly preparation: Plan;
  /** What its hooks do once it runs. */
  readonly hooks: Plan;
}

/** Plans a one-off: its dependencies as `up` would have them, its image, and one container beside the replicas. */
export async function planRun(project: Project, options: RunOptions, context: Context): Promise<PlannedRun> {
  const { service, overrides, detach = false, autoRemove = false, useAliases = false, interactive } = options;
  const target = project.services[service];
  if (target === undefined) throw new TscomposeError({ code: "not-found", message: `no such service: ${service}` });
  const slug = randomBytes(32).toString("hex");
  const container = options.name ?? `${project.name}-${service}-run-${slug.slice(0, 12)}`;
  const changed = withoutUnusedResources({
    ...project,
    services: { ...project.services, [service]: oneOffService(target, overrides, options) },
  });
  const attachesInput = interactive && !detach;
  const oneOff: OneOff = { service, name: container, slug, usesAliases: useAliases, autoRemove, attachesInput };
  const { pull, build, removeOrphans, ignoreOrphans, environment } = options;
  const plan = await planUp(
    changed,
    {
      services: [service],
      oneOff,
      ...(pull === undefined ? {} : { pull }),
      ...(build === undefined ? {} : { build }),
      ...(removeOrphans === undefined ? {} : { removeOrphans }),
      ...(ignoreOrphans === undefined ? {} : { ignoreOrphans }),
      ...(environment === undefined ? {} : { environment }),
    },
    context,
  );
  return { plan: { ...plan, action: "run" }, container, ...splitAtStart(plan, container) };
}

function splitAtStart(plan: Plan, container: string): Pick<PlannedRun, "preparation" | "hooks"> {
  const isStart = ({ operation }: Plan["steps"][number]): boolean =>
    operation.kind === "start-container" && operation.container === container;
  const isHook = ({ operation }: Plan["steps"][number]): boolean =>
    operation.kind === "run-hook" && operation.container === container;
  const hooks = plan.steps.filter(isHook);
  const ids = new Set(hooks.map(({ id }) => id));
  return {
    preparation: { ...plan, action: "run", steps: plan.steps.filter((step) => !isStart(step) && !isHook(step)) },
    hooks: {
      ...plan,
      action: "run",
      steps: hooks.map((step) => ({ ...step, after: step.after.filter((id) => ids.has(id)) })),
      unchanged: [],
      remarks: [],
    },
  };
}
