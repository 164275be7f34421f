import type { Output } from "../io.ts";
import { type Row, drawFrame } from "./frame.ts";
import type { LiveBlock } from "./live-block.ts";
import type { Paint } from "./paint.ts";

/** What the renderer needs to know beside the tasks. */
export interface LiveOptions {
  readonly heading: string;
  readonly terminal: Output;
  readonly block: LiveBlock;
  readonly paint: Paint;
}

/** What is read of a listr2 task. */
interface LiveTask {
  readonly title?: string;
  readonly output?: string;
  isCompleted(): boolean;
  hasFailed(): boolean;
  isSkipped(): boolean;
}

const frameMs = 80;

/** A listr2 renderer with the look of Docker Compose: tasks appear once something happens to them. */
export class LiveRenderer {
  static readonly nonTTY = true;
  declare static readonly rendererOptions: LiveOptions;
  declare static readonly rendererTaskOptions: never;
  readonly #tasks: readonly LiveTask[];
  readonly #options: LiveOptions;
  readonly #times = new Map<LiveTask, { readonly from: number; to?: number }>();
  #timer: NodeJS.Timeout | undefined;
  #tick = 0;

  constructor(tasks: readonly LiveTask[], options: LiveOptions) {
    this.#tasks = tasks;
    this.#options = options;
  }

  render(): void {
    this.#timer = setInterval(() => this.#draw(), frameMs);
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#options.block.freeze();
  }

  #draw(): void {
    const { heading, terminal, block, paint } = this.#options;
    const rows = this.#tasks.flatMap((task) => (task.output === undefined ? [] : [this.#rowOf(task, task.output)]));
    const { columns = 80, rows: height = 24 } = terminal;
    const style = { heading, total: this.#tasks.length, columns, rows: height, paint, tick: this.#tick++ };
    block.draw(drawFrame(rows, style));
  }

  #rowOf(task: LiveTask, text: string): Row {
    const state = stateOf(task);
    const now = Date.now();
    const times = this.#times.get(task) ?? { from: now };
    if (state !== "working") times.to ??= now;
    this.#times.set(task, times);
    return { name: task.title ?? "", text, state, elapsedMs: (times.to ?? now) - times.from };
  }
}

function stateOf(task: LiveTask): Row["state"] {
  if (task.isCompleted()) return "done";
  if (task.hasFailed()) return "failed";
  return task.isSkipped() ? "skipped" : "working";
}
