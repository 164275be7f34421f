/** What can happen while an action runs: one vocabulary, read by the terminal view, JSON lines, watch and test suites. */
export type ProgressEvent =
  | {
      readonly kind: "plan-ready";
      readonly action: string;
      readonly project: string;
      readonly steps: readonly StepInfo[];
    }
  | { readonly kind: "step-started"; readonly step: StepInfo }
  | {
      readonly kind: "step-progress";
      readonly step: StepInfo;
      readonly text: string;
      readonly current?: number;
      readonly total?: number;
    }
  /** `isLeftOut`: its condition did not hold, so nothing was done; `text` says how the thing is instead. */
  | { readonly kind: "step-succeeded"; readonly step: StepInfo; readonly text?: string; readonly isLeftOut?: true }
  | { readonly kind: "step-failed"; readonly step: StepInfo; readonly message: string; readonly hint?: string }
  | { readonly kind: "step-skipped"; readonly step: StepInfo; readonly reason: string }
  /** A thing that is already as wanted: shown as `Running`, not a step. */
  | { readonly kind: "unchanged"; readonly resource: ResourceKind; readonly name: string; readonly text: string }
  /** `debug`: only for who asked to hear more. */
  | { readonly kind: "remark"; readonly level: "debug" | "info" | "warning"; readonly message: string }
  | LogLine
  | { readonly kind: "container-attached"; readonly container: string; readonly service: string }
  | {
      readonly kind: "container-exited";
      readonly container: string;
      readonly service: string;
      readonly exitCode: number;
      readonly isRestarting: boolean;
    }
  | { readonly kind: "container-recreated"; readonly container: string; readonly service: string }
  | BuildEvent
  | WatchEvent;

/** What a builder does for a step of the plan: a step of its own. */
export interface BuildEvent {
  readonly kind: "build";
  readonly step: StepInfo;
  readonly buildStep: BuildStepInfo;
  readonly state: BuildStepState;
}

/** A step of a builder: `[web 2/3] RUN make`. */
export interface BuildStepInfo {
  /** Counts from 1, through all builds of a run. */
  readonly number: number;
  readonly name: string;
}

/** What has happened to a step of a builder. */
export type BuildStepState =
  | { readonly kind: "started" }
  /** A line of what its command prints. */
  | { readonly kind: "output"; readonly line: string }
  /** How much of something has been fetched or sent; bytes. */
  | { readonly kind: "transfer"; readonly text: string; readonly current: number; readonly total: number }
  /** A part of it is over: a layer, a name given to the image. */
  | { readonly kind: "part-done"; readonly text: string; readonly bytes?: number }
  | { readonly kind: "done"; readonly elapsedMs: number }
  /** Nothing was to be done: an earlier build did it. */
  | { readonly kind: "cached" }
  | { readonly kind: "failed"; readonly message: string };

/** What watching files does to a service: `repair` is a sync of what should not have differed. */
export type WatchAction = "sync" | "repair" | "rebuild" | "restart" | "exec";

/** A change on this machine on its way into containers. */
export interface WatchEvent {
  readonly kind: "watch";
  readonly service: string;
  readonly action: WatchAction;
  readonly state: "started" | "done" | "failed";
  /** Relative to the folders that are watched, `""` for such a folder itself; of a watched file, its name. */
  readonly paths: readonly string[];
  readonly container?: string;
  readonly message?: string;
  readonly hint?: string;
}

/** Kinds of things an engine holds. */
export type ResourceKind = "container" | "network" | "volume" | "image" | "service" | "model";

/** A step as a view needs it. */
export interface StepInfo {
  readonly id: number;
  readonly operation: string;
  readonly resource: ResourceKind;
  readonly name: string;
  readonly service?: string;
  /** `Creating`, and `Created` once done: the words of Docker Compose. */
  readonly doing: string;
  readonly done: string;
  readonly cause: string;
}

/** One line of a container's output, without its line end. */
export interface LogLine {
  readonly kind: "log";
  readonly container: string;
  readonly service: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
  /** RFC 3339 with nanoseconds, by the engine's clock, when asked for. */
  readonly timestamp?: string;
}

/** Receives events in the order they happen; must not throw. */
export type Emit = (event: ProgressEvent) => void;
