/** What the driver is told to do. */
export interface DriverRequest {
  readonly id: number;
  readonly verb: "activate" | "close" | "prepare" | "recover" | "release" | "request" | "seen";
  readonly args: readonly unknown[];
}

/** What came of it. */
export interface DriverReply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  /** Of a refusal that the engine's clients would see. */
  readonly status?: number;
  readonly stack?: string;
}
