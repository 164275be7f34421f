import type { TscomposeError } from "../errors.ts";
import type { BuildStepInfo, BuildStepState, Emit, StepInfo } from "../events.ts";
import type { Step } from "../plan/plan.ts";
import { stepInfos } from "./step-info.ts";

/** Tells how a step goes: of each thing it is about, until it is over for that one. */
export class StepEvents {
  readonly #emit: Emit;
  readonly #kind: Step["operation"]["kind"];
  /** By name: what is still to be told about. */
  readonly #open: Map<string, StepInfo>;

  constructor(step: Step, emit: Emit) {
    this.#emit = emit;
    this.#kind = step.operation.kind;
    this.#open = new Map(stepInfos(step).map((info) => [info.name, info]));
  }

  leftOut(): void {
    for (const step of this.#open.values()) {
      const { resource, name } = step;
      if (this.#kind === "create-container") this.#emit({ kind: "unchanged", resource, name, text: "Running" });
      this.#emit({ kind: "step-succeeded", step, text: "Running", isLeftOut: true });
    }
  }

  started(): void {
    for (const step of this.#open.values()) this.#emit({ kind: "step-started", step });
  }

  progress(text: string, amount?: { readonly current: number; readonly total: number }): void {
    for (const step of this.#open.values()) this.#emit({ kind: "step-progress", step, text, ...amount });
  }

  buildStep(buildStep: BuildStepInfo, state: BuildStepState): void {
    for (const step of this.#open.values()) this.#emit({ kind: "build", step, buildStep, state });
  }

  /** It is over for one of them, while others may still be waited for. */
  settled(name: string, text?: string): void {
    const step = this.#open.get(name);
    if (step === undefined) return;
    this.#open.delete(name);
    this.#emit({ kind: "step-succeeded", step, ...(text === undefined ? {} : { text }) });
  }

  succeeded(text: string | undefined): void {
    for (const name of this.#open.keys()) this.settled(name, text);
  }

  failed({ message, hint }: TscomposeError): void {
    for (const step of this.#open.values()) {
      this.#emit({ kind: "step-failed", step, message, ...(hint === undefined ? {} : { hint }) });
    }
  }
}
