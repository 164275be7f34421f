import { type Consequence, consequencesOf } from "../execute/consequences.ts";
import type { Execution, StepResult } from "../execute/execute.ts";
import { type Trouble, ContainerTroubleError } from "../execute/trouble.ts";
import { EngineError, TscomposeError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";

/** A failed operation, what it was about, and what did not happen because of it. */
export interface Failure {
  readonly message: string;
  /** The service whose container the engine refused: what it refused stands there, in its own words. */
  readonly refused?: string;
  readonly hint?: string;
  /** Services that were not started, each with how it depends on what failed. */
  readonly notStarted: readonly Consequence[];
  /** What is known of the container, where one is to blame. */
  readonly trouble?: Trouble;
}

/** What an execution did not do: every failed operation, explained. */
export class ExecutionError extends TscomposeError {
  readonly failures: readonly Failure[];

  constructor(failures: readonly Failure[], errors: readonly TscomposeError[]) {
    const hints = new Set(failures.flatMap(({ hint }) => (hint === undefined ? [] : [hint])));
    const [only] = errors;
    super({
      code: errors.length === 1 && only !== undefined ? only.code : "operation-failed",
      message: failures.map(describeFailure).join("\n"),
      ...(hints.size === 0 ? {} : { hint: [...hints].join("\n") }),
      cause: only,
    });
    this.failures = failures;
  }
}

/** Turns the failed steps of an execution into one error: all causes, each with its own hint, and what was left undone. */
export function checkExecution({ outcome, steps }: Execution): void {
  if (outcome === "succeeded") return;
  if (outcome === "interrupted") {
    throw new TscomposeError({ code: "interrupted", message: "interrupted: what was done so far stays" });
  }
  const failed = steps.filter((result) => result.kind === "failed");
  throw new ExecutionError(
    failed.map((result) => toFailure(result, steps)),
    failed.map(({ error }) => error),
  );
}

type Failed = Extract<StepResult, { readonly kind: "failed" }>;

function toFailure({ step, error }: Failed, steps: readonly StepResult[]): Failure {
  return {
    message: error.message,
    ...(error instanceof EngineError ? refusedService(step.operation) : {}),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    notStarted: consequencesOf(step, steps),
    ...(error instanceof ContainerTroubleError ? { trouble: error.trouble } : {}),
  };
}

function refusedService(operation: Operation): Pick<Failure, "refused"> {
  const isAboutContainer = operation.kind === "create-container" || operation.kind === "start-container";
  return isAboutContainer ? { refused: operation.service } : {};
}

/** The cause first, then whom it keeps from starting, then what is known of it. */
export function describeFailure({ message, notStarted }: Failure): string {
  const [headline = "", ...details] = message.split("\n");
  const chains = notStarted.map(({ service, chain }) =>
    chain.length > 2 ? `${service} (${chain.join(" -> ")})` : service,
  );
  return [headline, ...(chains.length === 0 ? [] : [`  not started: ${chains.join(", ")}`]), ...details].join("\n");
}
