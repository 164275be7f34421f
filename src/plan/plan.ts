import type { Operation } from "./operation.ts";

/** What will happen, in order, and why: the promise. JSON-safe, so that it can be shown, saved and executed later. */
export interface Plan {
  readonly formatVersion: 1;
  readonly action: PlannedAction;
  readonly project: string;
  /** What was observed and the plan rests on: `up --plan` refuses when it no longer holds. */
  readonly basis: Basis;
  readonly steps: readonly Step[];
  /** Things that are as wanted already: shown, never touched. */
  readonly unchanged: readonly Unchanged[];
  /** What the user should hear before: orphans, reused resources, diverged volumes left alone. */
  readonly remarks: readonly string[];
}

/** Commands that change something, and so have a plan. */
export type PlannedAction =
  | "up"
  | "create"
  | "start"
  | "stop"
  | "restart"
  | "kill"
  | "pause"
  | "unpause"
  | "rm"
  | "pull"
  | "build"
  | "push"
  | "run"
  | "down";

/** Facts by thing: `container web-1` to `3f2a… running`; two bases can be compared thing by thing. */
export type Basis = Readonly<Record<string, string>>;

/** One operation with its cause and what it waits for. */
export interface Step {
  /** Counts from 1, in the order of the plan. */
  readonly id: number;
  readonly operation: Operation;
  /** Down to the field: `environment.PORT 80 -> 81`, `missing`, `depends on db`. */
  readonly cause: string;
  /** Ids of the steps that must have succeeded before. */
  readonly after: readonly number[];
  /** Ids of the steps that must be over before, however they ended: optional dependencies. */
  readonly afterEnd?: readonly number[];
  /** When set, the step is left out at run time unless one of the conditions holds. */
  readonly when?: readonly Guard[];
  /** When set, the step is done only if one of these has failed, once all of them are over: it takes something back. */
  readonly ifFailed?: readonly number[];
  /** When set, the step is also done if more than some of these have failed, once all of them are over. */
  readonly ifMoreFailed?: Failures;
  /** When set, the step fails if more than some of these have failed, once all of them are over. */
  readonly unlessMoreFailed?: Failures;
  /** Once what it comes after is done, it is done, too, even if the run is interrupted: half of it would serve nobody. */
  readonly isOwed?: true;
}

/** More failures among some steps than are tolerated. */
export interface Failures {
  readonly of: readonly number[];
  readonly than: number;
}

/** A condition that only an earlier step can decide. */
export type Guard =
  /** Did the pull or the build really change the image the existing container was made from? */
  | { readonly kind: "image-changed"; readonly image: string; readonly platform?: string; readonly from: string }
  /** Did the pull leave it to the build to provide the image? */
  | { readonly kind: "image-absent"; readonly image: string; readonly platform?: string }
  /** Does a provider tell other variables than those the existing container was made with? */
  | { readonly kind: "variables-changed"; readonly provider: string; readonly from: string };

/** A thing that is as wanted. */
export interface Unchanged {
  readonly resource: "container" | "network" | "volume" | "image";
  readonly name: string;
  /** Docker Compose's word: `Running`. */
  readonly text: string;
}
