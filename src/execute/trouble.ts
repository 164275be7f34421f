import { constants } from "node:os";
import type { ContainerInspect } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError, type ErrorDetails } from "../errors.ts";
import { tailOf } from "./tail.ts";

/** What is known of a container that did not do what was expected of it: plain, JSON-safe. */
export interface Trouble {
  readonly service: string;
  readonly container: string;
  /** What was the matter, in one line: `container shop-db-1 is unhealthy`. */
  readonly reason: string;
  /** The engine's word: `running`, `exited`; absent when the container is gone. */
  readonly state?: string;
  readonly health?: string;
  /** Absent while it runs. */
  readonly exitCode?: number;
  /** What ended it, where the exit code tells: `SIGKILL`. */
  readonly signal?: string;
  readonly isOutOfMemory: boolean;
  /** What the last probe printed, and with what it ended. */
  readonly probe?: { readonly exitCode: number; readonly output: string };
  /** Its last words: of stderr where there are any. */
  readonly lastLines: readonly string[];
}

/** A container did not do what was expected of it. */
export class ContainerTroubleError extends TscomposeError {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, details: Pick<ErrorDetails, "code" | "hint">) {
    super({ ...details, message: [`${trouble.service}: ${trouble.reason}`, ...troubleLines(trouble)].join("\n") });
    this.trouble = trouble;
  }
}

/** Asks the engine for what saves the next three commands: how it ended, what the probe said, its last words. */
export async function lookIntoTrouble(
  about: { readonly service: string; readonly container: string; readonly id: string; readonly reason: string },
  engine: Engine,
): Promise<Trouble> {
  const { id, ...named } = about;
  const found = await engine.inspectContainer(id);
  if (found === undefined) return { ...named, isOutOfMemory: false, lastLines: [] };
  const lastLines = await tailOf(engine.logs(id, { follow: false, tail: 10, timestamps: false })).catch(() => []);
  return { ...named, ...stateOf(found), lastLines };
}

/** Everything but the reason, one fact a line. */
export function troubleLines(trouble: Trouble): string[] {
  const { exitCode, signal, isOutOfMemory, probe, lastLines } = trouble;
  const end = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}${signal === undefined ? "" : ` (${signal})`}`]),
    ...(isOutOfMemory ? ["out of memory"] : []),
  ];
  return [
    ...(end.length === 0 ? [] : [`  ${end.join(", ")}`]),
    ...(probe === undefined ? [] : [`  last probe exited with ${probe.exitCode}: ${probe.output}`]),
    ...(lastLines.length === 0 ? [] : ["  last output:", ...lastLines.map((line) => `    ${line}`)]),
  ];
}

function stateOf({ State }: ContainerInspect): Omit<Trouble, "service" | "container" | "reason" | "lastLines"> {
  const hasEnded = State.Status === "exited" || State.Status === "dead";
  const signal = hasEnded ? signalOf(State.ExitCode) : undefined;
  const probe = State.Health?.Log?.at(-1);
  return {
    state: State.Status,
    ...(State.Health ? { health: State.Health.Status } : {}),
    ...(hasEnded ? { exitCode: State.ExitCode } : {}),
    ...(signal === undefined ? {} : { signal }),
    isOutOfMemory: State.OOMKilled,
    ...(probe === undefined ? {} : { probe: { exitCode: probe.ExitCode, output: probe.Output.trim().slice(-500) } }),
  };
}

/** Shells and engines count signals from 128. */
function signalOf(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
}
