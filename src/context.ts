import type { Engine } from "./engine/engine.ts";
import type { Emit } from "./events.ts";
import type { Clock } from "./system/clock.ts";
import type { Files } from "./system/files.ts";
import type { Programs } from "./system/programs.ts";

export type { Programs };

/** What a use case needs of the world: passed in, never reached for. */
export interface Context {
  readonly engine: Engine;
  readonly files: Files;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** Absent: no program of this machine is run, and a project that has a provider or models is refused. */
  readonly programs?: Programs;
}
