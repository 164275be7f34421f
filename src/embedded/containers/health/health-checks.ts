import { join } from "node:path";
import { loadJson, saveJson } from "../../store/json-file.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerRooms } from "../rooms.ts";
import {
  afterProbe,
  beginning,
  type Health,
  type HealthPlan,
  healthPlan,
  intervalOf,
  type ProbeResult,
} from "./health.ts";
import { probe } from "./probe.ts";

/** A container under observation. */
interface Watch {
  readonly plan: HealthPlan;
  health: Health;
  timer: NodeJS.Timeout | undefined;
  /** When the next probe is due, in milliseconds since 1970. */
  dueMs: number;
}

/**
 * Probes containers that have a health check, from their start to their end. Probes come at their interval whatever
 * they take, and never two at a time: one that is due while another runs comes right after it.
 */
export class HealthChecks implements Disposable {
  readonly #rooms: ContainerRooms;
  readonly #nowMs: () => number;
  readonly #watches = new Map<string, Watch>();
  /** Of containers that ended. */
  readonly #last = new Map<string, Health>();

  constructor(rooms: ContainerRooms, nowMs: () => number) {
    this.#rooms = rooms;
    this.#nowMs = nowMs;
    rooms.news.on("start", (container) => void this.#begin(container).catch(rooms.onFault));
    rooms.news.on("exit", ({ id }) => this.#end(id));
    rooms.news.on("removal", ({ id }) => {
      this.#end(id);
      this.#last.delete(id);
    });
  }

  /** As inspect shows it; `undefined` for a container without health check. */
  of(id: string): Health | undefined {
    return this.#watches.get(id)?.health ?? this.#last.get(id);
  }

  /** Stops probing; containers go on. */
  [Symbol.dispose](): void {
    for (const { timer } of this.#watches.values()) clearTimeout(timer);
    this.#watches.clear();
  }

  async #begin(container: ContainerDocument): Promise<void> {
    const { id, config, image } = container;
    const plan = healthPlan(config.Healthcheck, image.config.Shell);
    if (plan === undefined || this.#watches.has(id)) return;
    const watch: Watch = { plan, health: beginning(this.#last.get(id)), timer: undefined, dueMs: this.#nowMs() };
    this.#watches.set(id, watch);
    // A run folder that is older than this engine holds what its predecessor found.
    const found = (await loadJson(this.#file(id))) as Health | undefined;
    if (found !== undefined) watch.health = found;
    this.#schedule(container, watch);
  }

  #schedule(container: ContainerDocument, watch: Watch): void {
    if (this.#watches.get(container.id) !== watch) return;
    const now = this.#nowMs();
    watch.dueMs += intervalOf(watch.health, watch.plan, now - startedMs(container));
    if (watch.dueMs < now) watch.dueMs = now;
    const round = (): void => void this.#round(container, watch).catch(this.#rooms.onFault);
    watch.timer = setTimeout(round, watch.dueMs - now).unref();
  }

  async #round(container: ContainerDocument, watch: Watch): Promise<void> {
    const { id } = container;
    // A paused container cannot answer: it is asked again at the next interval.
    if (this.#rooms.register.find(id)?.state.status === "running") {
      const sinceStartMs = this.#nowMs() - startedMs(container);
      const result = await probe(this.#rooms, container, watch.plan).catch((error: unknown) => this.#failed(error));
      if (this.#watches.get(id) !== watch) return;
      if (result !== undefined) {
        this.#take(container, watch, afterProbe(watch.health, result, { plan: watch.plan, sinceStartMs }));
      }
    }
    this.#schedule(container, watch);
  }

  /** What keeps a probe from being asked is a failure of the container's health, too. */
  #failed(error: unknown): ProbeResult {
    const now = this.#rooms.now();
    return { Start: now, End: now, ExitCode: -1, Output: error instanceof Error ? error.message : String(error) };
  }

  #take(container: ContainerDocument, watch: Watch, health: Health): void {
    const hasChanged = health.Status !== watch.health.Status;
    watch.health = health;
    saveJson(this.#file(container.id), health).catch(() => {
      // The container has ended meanwhile, and its run folder is gone.
    });
    const current = this.#rooms.register.find(container.id);
    if (hasChanged && current !== undefined) this.#rooms.publish(current, `health_status: ${health.Status}`);
  }

  #end(id: string): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    clearTimeout(watch.timer);
    this.#watches.delete(id);
    this.#last.set(id, watch.health);
  }

  #file(id: string): string {
    return join(this.#rooms.paths.container(id).run, "health.json");
  }
}

function startedMs({ state }: ContainerDocument): number {
  return Date.parse(state.startedAt);
}
