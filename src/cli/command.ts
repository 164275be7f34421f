import type { Command } from "commander";
import type { GlobalFlags } from "./project-options.ts";
import type { Session } from "./session.ts";

/**
 * A sub-command. Its module is loaded only when it is called, and exports one of these under its own name:
 * `declare` adds arguments and flags, `run` turns them into a call of an action and answers with the exit code.
 */
export interface CommandModule<Flags extends object> {
  declare(command: Command): void;
  /** Global flags that its own flags stand for, where they are not given themselves. */
  imply?(flags: Flags): Partial<GlobalFlags>;
  run(call: Call<Flags>): Promise<number>;
}

/** What was typed after the name of the sub-command, and the session it was typed in. */
export interface Call<Flags extends object> {
  /** Everything that is not a flag, in order. */
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly session: Session;
}

/** A sub-command before it is needed: what `tscompose --help` shows, and the way to the rest. */
export interface CommandEntry {
  readonly name: string;
  readonly alias?: string;
  /** Left out of `tscompose --help`. */
  readonly isHidden?: boolean;
  readonly summary: string;
  readonly load: () => Promise<CommandModule<object>>;
}
