import type { Dependency, Service } from "../../compose/project.ts";
import { isJob } from "../jobs.ts";
import { survivorNames, type Decision } from "../decision.ts";
import { isKnownToBe } from "../known-state.ts";
import { wantedScale } from "../names.ts";
import type { AwaitedState } from "../operation.ts";
import type { Writer } from "./writer.ts";

/** What a start has to wait for. */
export interface Gate {
  readonly after: readonly number[];
  readonly afterEnd: readonly number[];
}

/** Conditions between services: each is awaited once, however many dependents share it. */
export class Waits {
  /** Steps after which a service counts as started; none: nothing had to be done. */
  readonly started: Map<string, readonly number[]> = new Map();
  readonly #writer: Writer;
  readonly #waits: Map<string, number | undefined> = new Map();
  readonly #portRanges: Map<string, number> = new Map();

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Steps that open the way for a service: its dependencies in the state it asks for. */
  gate({ dependsOn = {} }: Service): Gate {
    const after: number[] = [];
    const afterEnd: number[] = [];
    for (const [name, dependency] of Object.entries(dependsOn)) {
      if (!this.#isAwaited(name)) continue;
      const steps = this.#steps(name, dependency);
      (dependency.required ? after : afterEnd).push(...steps);
    }
    return { after, afterEnd };
  }

  /** `--wait`: every named service must run, be healthy where it can tell, or complete where others wait for that. */
  writeFinal(): void {
    const { project, options } = this.#writer.planning;
    const named = options.services ?? [];
    for (const name of this.#writer.decided.keys()) {
      if (named.length > 0 && !named.includes(name)) continue;
      const isCovered = this.#waits.get(`${name} healthy true`) !== undefined;
      if (!isCovered) this.#wait(name, isJob(project, name) ? "completed" : "running-or-healthy", true, "--wait");
    }
  }

  /** The engine hands out ports of a range one start at a time, or it may hand one out twice. */
  portRange(service: Service): readonly number[] {
    return rangesOf(service).flatMap((range) => this.#portRanges.get(range) ?? []);
  }

  usedPortRange(service: Service, step: number): void {
    for (const range of rangesOf(service)) this.#portRanges.set(range, step);
  }

  #isAwaited(name: string): boolean {
    const { project, options } = this.#writer.planning;
    const service = project.services[name];
    return service !== undefined && service.provider === undefined && wantedScale(service, options.scale) > 0;
  }

  #steps(name: string, { condition, required }: Dependency): readonly number[] {
    if (condition === "service_started") return this.started.get(name) ?? [];
    const until = condition === "service_healthy" ? "healthy" : "completed";
    const isRequired = required || this.#isRequired(name, condition);
    const step = this.#wait(name, until, isRequired, `depends_on condition ${condition}`);
    return step === undefined ? [] : [step];
  }

  /** One wait is enough where some dependents can do without and others cannot: who can goes on however it ends. */
  #isRequired(service: string, condition: Dependency["condition"]): boolean {
    return Object.values(this.#writer.planning.project.services).some(({ name, dependsOn }) => {
      const dependency = dependsOn?.[service];
      return dependency?.condition === condition && dependency.required && this.#isAwaited(name);
    });
  }

  #wait(service: string, until: AwaitedState, required: boolean, cause: string): number | undefined {
    const key = `${service} ${until} ${required}`;
    if (this.#waits.has(key)) return this.#waits.get(key);
    const step = this.#writeWait(service, until, required, cause);
    this.#waits.set(key, step);
    return step;
  }

  #writeWait(service: string, until: AwaitedState, required: boolean, cause: string): number | undefined {
    const { decided, planning, draft } = this.#writer;
    const decision = decided.get(service);
    const containers = decision === undefined ? [] : survivorNames(decision);
    const started = this.started.get(service) ?? [];
    const isMet = started.length === 0 && (decision?.replicas.every((each) => isMetBy(each, until)) ?? true);
    if (containers.length === 0 || isMet) return undefined;
    const { waitTimeoutMs } = planning.options;
    return draft.add(
      {
        kind: "await-containers",
        service,
        containers,
        until,
        required,
        ...(waitTimeoutMs === undefined ? {} : { timeoutMs: waitTimeoutMs }),
      },
      cause,
      required ? { after: started } : { afterEnd: started },
    );
  }
}

/** What the snapshot already says needs no waiting. */
function isMetBy(decision: Decision, until: AwaitedState): boolean {
  if (decision.kind === "remove") return true;
  return decision.kind === "keep" && isKnownToBe(decision.existing.container, until);
}

function rangesOf({ ports = [] }: Service): string[] {
  return ports.flatMap(({ published }) => (published?.includes("-") === true ? [published] : []));
}
