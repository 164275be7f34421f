import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { ComposeOptions } from "../../src/testing/index.ts";

/** A process that holds a stack. */
export class Holder implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exited: Promise<unknown>;

  constructor(file: string, options: ComposeOptions) {
    const program = join(import.meta.dirname, "stack-holder.ts");
    const args = [program, file, JSON.stringify(options)];
    this.#child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#exited = once(this.#child, "exit");
    const lines: Interface = createInterface({ input: this.#child.stdout ?? process.stdin });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** What it holds, once it does. Throws when it ended without. */
  async held(): Promise<{ readonly project: string; readonly env: Readonly<Record<string, string>> }> {
    return JSON.parse(await this.#line()) as { project: string; env: Record<string, string> };
  }

  /** Lets it give the stack back, and end. */
  async release(): Promise<void> {
    this.#child.stdin?.end();
    await this.#line();
    await this.#exited;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error("the process that was to hold a stack ended");
    return value;
  }
}
