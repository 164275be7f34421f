import { envOf, variablePrefix } from "../actions/env.ts";
import type { LogsOptions } from "../actions/logs.ts";
import { checkActiveServices } from "../actions/select-containers.ts";
import { UsageError } from "../errors.ts";
import type { LogLine } from "../events.ts";
import { logs } from "../library/follow.ts";
import { LinkFaults } from "./faults/link-faults.ts";
import { TestLink } from "./link.ts";
import type { Running } from "./running.ts";
import { type Patience, TestService, usualPatienceMs } from "./service.ts";
import type { ComposeShape, ServiceName } from "./shape.ts";
import { restoreSnapshot, type StackSnapshot, takeSnapshot } from "./snapshot.ts";

/** A stack that runs: each service by its name, and what concerns all of them. Gone when disposed of. */
export type Stack<Shape extends ComposeShape = ComposeShape> = StackOfAll<Shape> & {
  readonly [Name in Exclude<ServiceName<Shape>, keyof StackOfAll | "then">]: TestService<Shape["services"][Name]>;
};

/** Whose data to keep, and which. */
export interface SnapshotOptions<Shape extends ComposeShape = ComposeShape> extends Patience {
  /** Absent: of all services that have volumes; with `layers`, of all that run, too. */
  readonly services?: readonly ServiceName<Shape>[];
  /** Also what containers have written beside their volumes; absent: not. */
  readonly layers?: boolean;
}

/** How a stack ends, and how there is another one. */
export interface StackLife<Shape extends ComposeShape> {
  readonly end: () => Promise<void>;
  readonly fork: (snapshot: StackSnapshot) => Promise<Stack<Shape>>;
}

/** What a stack has beside its services. A service whose name is one of these is found in `services`. */
export class StackOfAll<Shape extends ComposeShape = ComposeShape> implements AsyncDisposable {
  /** Name of the project that it runs as: `tscompose -p NAME ps`. */
  readonly project: string;
  /** Variables for the program under test: `DB_HOST`, `DB_PORT`, `DB_PORT_5432`, `DB_URL`. */
  readonly env: Readonly<Record<string, string>>;
  readonly services: { readonly [Name in ServiceName<Shape>]: TestService<Shape["services"][Name]> };
  readonly #running: Running;
  readonly #life: StackLife<Shape>;
  readonly #faults: LinkFaults;
  #ending: Promise<void> | undefined;

  constructor(running: Running, environment: Readonly<Record<string, string>>, life: StackLife<Shape>) {
    this.project = running.project.name;
    this.env = environment;
    this.#running = running;
    this.#life = life;
    this.#faults = new LinkFaults(running);
    const names = Object.keys(running.project.services);
    const found = Object.fromEntries(names.map((name) => [name, new TestService(name, running)]));
    this.services = found as StackOfAll<Shape>["services"];
  }

  /** Lines of all services, or of some. */
  logs(options: LogsOptions = {}): AsyncGenerator<LogLine> {
    return logs(this.#running.project, options, this.#running.context);
  }

  /**
   * Keeps what services have in their volumes, and with `layers` what they have written elsewhere: they are stopped in good
   * order meanwhile, and healthy again when this resolves. Throws when there is nothing to keep.
   */
  snapshot(options: SnapshotOptions<Shape> = {}): Promise<StackSnapshot> {
    const { services = [], layers = false, timeoutMs = usualPatienceMs } = options;
    return takeSnapshot(this.#running, { services, layers, timeoutMs });
  }

  /** Gives services the data back that a snapshot has kept. Their containers are new, and published ports may be others. */
  restore(snapshot: StackSnapshot, { timeoutMs = usualPatienceMs }: Patience = {}): Promise<void> {
    return restoreSnapshot(this.#running, snapshot, timeoutMs);
  }

  /**
   * Starts a second stack of the same file that has nothing in common with this one but the data that a snapshot has kept;
   * without one, the data that this one has now. It has a scope of its own.
   */
  async fork(snapshot?: StackSnapshot): Promise<Stack<Shape>> {
    if (snapshot !== undefined) return this.#life.fork(snapshot);
    await using own = await this.snapshot();
    return await this.#life.fork(own);
  }

  /** The way from one service to another, to be made worse: `await using _ = await stack.link("api", "db").cut()`. */
  link(from: ServiceName<Shape>, to: ServiceName<Shape>): TestLink {
    checkActiveServices(this.#running.project, [from, to], "link: ");
    return new TestLink({ from, to }, this.#faults);
  }

  /** Takes it down, or gives it back where others use it, too; the second time it does nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  async #finish(): Promise<void> {
    this.#running.hasEnded = true;
    try {
      await this.#faults.healAll();
    } finally {
      await this.#life.end();
    }
  }
}

/** Looks at what runs and makes it a stack. */
export async function toStack<Shape extends ComposeShape>(
  running: Running,
  life: StackLife<Shape>,
): Promise<Stack<Shape>> {
  await running.refresh();
  const stack = new StackOfAll<Shape>(running, variablesOf(running), life);
  const { services } = stack;
  const reserved = new Set(["then", ...Object.keys(stack), ...Object.getOwnPropertyNames(StackOfAll.prototype)]);
  const open = Object.entries(services).filter(([name]) => !reserved.has(name));
  return Object.assign(stack, Object.fromEntries(open)) as Stack<Shape>;
}

function variablesOf(running: Running): Readonly<Record<string, string>> {
  const { project, containers, context } = running;
  const found = envOf(project, containers, context.engine);
  const urls = Object.keys(project.services).flatMap((name) => {
    const url = urlOf(new TestService(name, running));
    return url === undefined ? [] : [[`${variablePrefix(name)}_URL`, url] as const];
  });
  return { ...found, ...Object.fromEntries(urls) };
}

/** Services that publish nothing, or have ended as they should, have none. */
function urlOf(service: TestService): string | undefined {
  try {
    return service.url();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
