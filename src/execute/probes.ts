import { setTimeout } from "node:timers/promises";
import type { ContainerInspect } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { askUntilWell, type EarlyProbing } from "./early-probes.ts";

/** What an engine does when nobody says how often: every half minute. */
const usualIntervalMs = 30_000;

/** How somebody waits for the health of a container. */
export interface Waiting extends Probing {
  readonly engine: Probing["engine"] & EarlyProbing["engine"];
  /** How often to ask the container beside the engine; absent: never. */
  readonly probeEveryMs?: number;
}

/** What is needed to see whether a container is probed, and to see to it. */
export interface Probing {
  readonly engine: Pick<Engine, "inspectContainer" | "runProbe">;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Probes of one container, while somebody waits for its health; disposing them ends them. */
export class Probes implements Disposable {
  /** Resolves when a probe made here tells that the container is well; rejects when one cannot be made. */
  readonly isWell: Promise<"well">;
  readonly #name: string;
  readonly #waiting: Waiting;
  readonly #over = new AbortController();
  readonly #outcome = Promise.withResolvers<"well">();
  #hasBegun = false;

  constructor(name: string, { signal, ...waiting }: Waiting) {
    this.#name = name;
    this.#waiting = { ...waiting, signal: AbortSignal.any([signal, this.#over.signal]) };
    this.isWell = this.#outcome.promise;
    this.isWell.catch(() => {}); // when the wait has ended first
  }

  /** Sees to it from now on that the container is probed. */
  begin(container: ContainerInspect): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { probeEveryMs: everyMs } = this.#waiting;
    const { resolve, reject } = this.#outcome;
    keepProbing(this.#name, container, this.#waiting).catch(reject);
    if (everyMs === undefined) return;
    askUntilWell(container, { ...this.#waiting, everyMs }).then((isWell) => isWell && resolve("well"), reject);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

/**
 * Sees to it that a container is probed while somebody waits for its health. Podman leaves that to systemd's timers: where
 * no systemd runs, nobody would ever do it. Ends when others are at it, when the engine needs no help, or by the signal.
 */
export async function keepProbing(name: string, container: ContainerInspect, probing: Probing): Promise<void> {
  const { engine, signal, warn } = probing;
  const intervalMs = intervalOf(container);
  let seen = newestProbe(container);
  for (let isFirst = true; ; isFirst = false) {
    await setTimeout(intervalMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const before = await engine.inspectContainer(container.Id);
    if (before?.State.Status !== "running" || newestProbe(before) !== seen) return;
    if (!(await runProbe(container.Id, engine))) return;
    if (isFirst) {
      warn(
        `${name}: Podman leaves probes to systemd, which does not run: they are made while tscompose waits, not after`,
      );
    }
    const after = await engine.inspectContainer(container.Id);
    if (after === undefined) return;
    seen = newestProbe(after);
  }
}

/** False where nothing is left to probe, or the engine does so itself. */
async function runProbe(id: string, engine: Probing["engine"]): Promise<boolean> {
  try {
    return await engine.runProbe(id);
  } catch (error) {
    if (!(error instanceof TscomposeError) || error.code === "unavailable") throw error;
    // Podman refuses with a probe that took too long, and notes it as failed: the container's health tells the rest.
    return error.code !== "not-found" && error.code !== "conflict";
  }
}

function intervalOf({ Config: { Healthcheck } }: ContainerInspect): number {
  const nanoseconds = Healthcheck?.Interval ?? 0;
  return nanoseconds > 0 ? nanoseconds / 1e6 : usualIntervalMs;
}

function newestProbe({ State: { Health } }: ContainerInspect): string | undefined {
  return (Health?.Log ?? []).at(-1)?.Start;
}
