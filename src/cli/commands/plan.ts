import { resolve } from "node:path";
import { savePlan, showPlan } from "../../actions/plan.ts";
import { planUp } from "../../actions/up.ts";
import { UsageError } from "../../errors.ts";
import { writePrivately } from "../../system/private-file.ts";
import type { CommandModule } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { oneOf } from "../go-flags.ts";
import { declareIsolatedFlag, isolated, type IsolatedFlag } from "../isolation.ts";
import { heedLock } from "../heed-lock.ts";
import { planLines } from "../view/plan-lines.ts";
import { checkUpFlags, declareReconcileFlags, type ReconcileFlags, reconcileOptions } from "./up-flags.ts";

interface PlanFlags extends ReconcileFlags, IsolatedFlag {
  readonly format?: "text" | "json";
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** `plan`: what `up` with the same flags would do, and why. Writes nothing to the engine. */
export const plan: CommandModule<PlanFlags> = {
  declare(command) {
    declareReconcileFlags(command);
    declareIsolatedFlag(command);
    command
      .option("--format <format>", "text or json, either without secrets", oneOf("text", "json"))
      .option("--out <file>", "keep the plan, secrets and all, in a file that is yours only, for up --plan")
      .option("--detailed-exitcode", "exit with 2 when there is something to do");
  },
  async run({ args: services, flags, session }) {
    checkUpFlags(flags);
    const given = await session.load({ services, noDependencies: flags.noDeps === true });
    const { project, environment } = isolated(given, flags).loaded;
    const options = { ...reconcileOptions(services, flags, environment), environment };
    await using engine = await session.openEngine();
    await heedLock(session, given, engine, flags);
    const made = await planUp(project, options, await session.context(engine, { emit: () => {} }));
    if (flags.out !== undefined) await keep(resolve(session.io.workingDirectory, flags.out), savePlan(made));
    session.io.stdout.write(flags.format === "json" ? showPlan(made) : `${planLines(made).join("\n")}\n`);
    return flags.detailedExitcode === true && made.steps.length > 0 ? exitCode.changesPlanned : exitCode.success;
  },
};

/** Readable by its owner only: a plan holds what containers are given, secrets among it. */
async function keep(path: string, text: string): Promise<void> {
  try {
    await writePrivately(path, text);
  } catch (cause) {
    throw new UsageError(`--out: cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
