/**
 * Why a registry does not do as asked: it has no such thing, does not let us, has too much to do, cannot be reached or
 * broke off, or says what makes no sense.
 */
export type RegistryErrorKind = "missing" | "denied" | "busy" | "unreachable" | "broken";

interface RefusalDetails {
  readonly isPassing?: boolean;
  readonly waitMs?: number;
  readonly reason?: string;
  readonly cause?: unknown;
}

/** What a registry, or the way to it, refused. The message names registry and repository, and never a secret. */
export class RegistryError extends Error {
  readonly kind: RegistryErrorKind;
  /** Whether the same question may get another answer soon. */
  readonly isPassing: boolean;
  /** The registry's own words. */
  readonly reason: string | undefined;
  /** How long the registry wants to be left alone. */
  readonly waitMs: number | undefined;

  constructor(kind: RegistryErrorKind, message: string, details: RefusalDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RegistryError";
    this.kind = kind;
    this.isPassing = details.isPassing ?? false;
    this.reason = details.reason;
    this.waitMs = details.waitMs;
  }
}
