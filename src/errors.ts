/** What went wrong, by class: stable words for machines; the message is for people. */
export type ErrorCode =
  | "invalid-project"
  | "invalid-usage"
  | "not-found"
  | "conflict"
  | "unavailable"
  | "unauthorized"
  | "invalid-request"
  | "unsupported"
  | "operation-failed"
  | "plan-outdated"
  | "timeout"
  | "interrupted"
  | "engine-fault";

/** Details of a refusal that is not a bug of ours: what to tell, and what the user can do next. */
export interface ErrorDetails {
  readonly code: ErrorCode;
  readonly message: string;
  /** The next step, ready to paste where possible. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Base of every error that is an answer rather than a bug: shown as one message with a hint, never with a stack. */
export class TscomposeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor({ code, message, hint, cause }: ErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
  }
}

/** The user asked for something that no file or engine can make possible: a wrong flag, an unknown service. */
export class UsageError extends TscomposeError {
  constructor(message: string, hint?: string) {
    super({ code: "invalid-usage", message, ...(hint === undefined ? {} : { hint }) });
  }
}

/** The engine, or the way to it, refused: says what we were doing and keeps the answer as cause. */
export class EngineError extends TscomposeError {
  readonly doing: string;
  /** HTTP status of the engine's answer, absent when there was no answer. */
  readonly status: number | undefined;

  constructor(details: ErrorDetails & { readonly doing: string; readonly status?: number }) {
    super(details);
    this.doing = details.doing;
    this.status = details.status;
  }
}
