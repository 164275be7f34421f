import { Listr } from "listr2";
import type { ProgressEvent, StepInfo } from "../../events.ts";
import type { Output } from "../io.ts";
import { buildText } from "./build-lines.ts";
import { LiveBlock } from "./live-block.ts";
import { LiveRenderer } from "./live-renderer.ts";
import type { Paint } from "./paint.ts";
import { watchLines } from "./watch-lines.ts";
import { failureText, isNews } from "./plain.ts";
import { resourceName } from "./resource-name.ts";

/** Progress on a terminal, redrawn in place. Its listr2 tasks do nothing themselves: each waits for the events of one thing. */
export class LiveProgress implements AsyncDisposable {
  readonly #terminal: Output;
  readonly #paint: Paint;
  readonly #block: LiveBlock;
  /** Things of the plan in progress, by name; empty between plans. */
  #rows = new Map<string, LiveRow>();
  #heading = "";
  #isDrawn = false;
  #finished: Promise<void> = Promise.resolve();

  constructor(terminal: Output, paint: Paint) {
    this.#terminal = terminal;
    this.#paint = paint;
    this.#block = new LiveBlock(terminal);
  }

  /** Prints whole lines without disturbing what is being redrawn. */
  print(output: Output, text: string | Uint8Array): void {
    this.#block.printAbove(output, text);
  }

  show(event: ProgressEvent): void {
    switch (event.kind) {
      case "plan-ready":
        this.#rows = new Map(this.#isDrawn ? [] : this.#rows);
        this.#isDrawn = false;
        this.#heading = event.action === "stop" ? "Stopping" : "Running";
        for (const step of event.steps) this.#openRow(step).expect();
        return;
      case "unchanged":
        return this.#row(event).settleWith(event.text);
      case "step-started":
        return this.#draw(event.step, (row) => row.tell(event.step.doing));
      case "step-progress":
        return this.#draw(event.step, (row) => row.tell(progressText(event)));
      case "step-succeeded":
        return this.#draw(event.step, (row) => row.succeed(event.text ?? event.step.done));
      case "step-failed":
        return this.#draw(event.step, (row) => row.fail(failureText(event)));
      case "step-skipped":
        return this.#draw(event.step, (row) => (isNews(event) ? row.skip(`Skipped ${event.reason}`) : row.abandon()));
      case "remark":
        return this.#remark(event.level, event.message);
      case "watch":
        for (const line of watchLines(event)) this.#remark(event.state === "failed" ? "warning" : "info", line);
        return;
      case "build": {
        const text = buildText(event);
        return text === undefined ? undefined : this.#draw(event.step, (row) => row.tell(text));
      }
      case "log":
      case "container-attached":
      case "container-exited":
      case "container-recreated":
        return;
    }
  }

  /** Ends with the last state drawn, also when a plan was left half done. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const row of this.#rows.values()) row.abandon();
    if (!this.#isDrawn && this.#rows.size > 0) this.#start();
    await this.#finished;
    this.#block.freeze();
  }

  #draw(step: StepInfo, change: (row: LiveRow) => void): void {
    change(this.#row(step));
    if (!this.#isDrawn) this.#start();
  }

  /** What was told to be as it should, and never drawn, begins anew when there is something to do with it. */
  #openRow(step: StepInfo): LiveRow {
    if (this.#row(step).isOver) this.#rows.delete(resourceName(step));
    return this.#row(step);
  }

  #row(thing: Parameters<typeof resourceName>[0]): LiveRow {
    const name = resourceName(thing);
    const row = this.#rows.get(name) ?? new LiveRow(name);
    this.#rows.set(name, row);
    return row;
  }

  #remark(level: "debug" | "info" | "warning", message: string): void {
    const text = level === "warning" ? `${this.#paint.yellow("warning:")} ${message}\n` : `${message}\n`;
    this.print(this.#terminal, text);
  }

  #start(): void {
    this.#isDrawn = true;
    const rows = [...this.#rows.values()];
    const rendererOptions = {
      heading: this.#heading,
      terminal: this.#terminal,
      block: this.#block,
      paint: this.#paint,
    };
    this.#finished = this.#finished.then(async () => {
      const tasks = rows.map((row) => row.task());
      await new Listr(tasks, {
        concurrent: true,
        exitOnError: false,
        registerSignalListeners: false,
        renderer: LiveRenderer,
        rendererOptions,
      }).run();
    });
  }
}

/** One line of the block: gathers what happens to a thing until its last step is over. */
class LiveRow {
  readonly #name: string;
  readonly #settled = Promise.withResolvers<"done" | "skipped">();
  #stepsLeft = 0;
  #isOver = false;
  #hasFailed = false;
  #text: string | undefined;
  #listener: (text: string) => void = () => {};

  constructor(name: string) {
    this.#name = name;
    this.#settled.promise.catch(() => {}); // a failure may come before listr2 listens
  }

  /** Nothing more is expected to happen to it. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** One more step of the plan is about this thing. */
  expect(): void {
    this.#stepsLeft++;
  }

  tell(text: string): void {
    if (this.#hasFailed) return; // what failed stays failed: what comes after that is no news
    this.#text = text;
    this.#listener(text);
  }

  succeed(text: string): void {
    this.tell(text);
    if (--this.#stepsLeft <= 0) this.#end("done");
  }

  settleWith(text: string): void {
    this.tell(text);
    if (this.#stepsLeft <= 0) this.#end("done");
  }

  fail(text: string): void {
    this.tell(text);
    this.#hasFailed = true;
    this.#settled.reject(new Error(text));
  }

  skip(text: string): void {
    this.tell(text);
    this.#end("skipped");
  }

  abandon(): void {
    this.#end("skipped");
  }

  #end(how: "done" | "skipped"): void {
    this.#isOver = true;
    this.#settled.resolve(how);
  }

  /** The listr2 task that shows this row. */
  task(): {
    title: string;
    task: (_: unknown, wrapper: { output: string; skip(message?: string): void }) => Promise<void>;
  } {
    return {
      title: this.#name,
      task: async (_, wrapper) => {
        this.#listener = (text) => (wrapper.output = text);
        if (this.#text !== undefined) wrapper.output = this.#text;
        if ((await this.#settled.promise) === "skipped") wrapper.skip();
      },
    };
  }
}

function progressText({ text, current, total }: Extract<ProgressEvent, { kind: "step-progress" }>): string {
  if (current === undefined) return text;
  const size = (bytes: number): string => `${(bytes / 1e6).toFixed(1)}MB`;
  if (total === undefined || total === 0) return `${text} ${size(current)}`;
  const eighths = Math.min(8, Math.floor((8 * current) / total));
  return `${text} [${"█".repeat(eighths)}${" ".repeat(8 - eighths)}] ${size(current)}/${size(total)}`;
}
