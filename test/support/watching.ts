import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { readTar } from "../../src/actions/copy/read-tar.ts";
import type { EngineApi } from "./engine-api.ts";
import type { TestProject } from "./test-project.ts";
import { describeOutcome, killGroup, type Outcome, start, type Tool, tscompose } from "./tool.ts";

/** A `watch` that runs: disposing it ends it as Ctrl-C does. */
export class Watching implements AsyncDisposable {
  readonly #running: ReturnType<typeof start>;
  #said = "";
  #read = 0;
  #saidAt = 0;
  #wake: () => void = () => {};

  private constructor(running: ReturnType<typeof start>) {
    this.#running = running;
    for (const stream of [running.process.stdout, running.process.stderr]) {
      stream?.on("data", (text: string) => {
        this.#said += text;
        this.#saidAt = performance.now();
        this.#wake();
      });
    }
    void running.outcome.then(() => this.#wake());
  }

  /** Starts `watch` in a project, and resolves when all is being watched. */
  static start(project: TestProject, ...args: readonly string[]): Promise<Watching> {
    return Watching.run(project, "watch", ...args);
  }

  /** The same of another command that watches. */
  static run(project: TestProject, ...args: readonly string[]): Promise<Watching> {
    return Watching.by(tscompose, project, ...args);
  }

  /** The same of a tool that is started in another way. */
  static async by(tool: Tool, project: TestProject, ...args: readonly string[]): Promise<Watching> {
    const environment = { DOCKER_HOST: project.engine.address, COMPOSE_PROJECT_NAME: project.name };
    const watching = new Watching(
      start(tool, args, { directory: project.directory, environment, patienceMs: longestMs }),
    );
    await watching.says(/⦿ watching /);
    return watching;
  }

  /** Resolves when it has said this, after what was waited for before. */
  async says(expected: RegExp): Promise<void> {
    const deadline = patience();
    for (;;) {
      const found = expected.exec(this.#said.slice(this.#read));
      if (found !== null) {
        this.#read += found.index + found[0].length;
        return;
      }
      await this.#more(expected, deadline);
    }
  }

  /** Resolves when it has said this, before what was waited for or after it. */
  async hasSaid(expected: RegExp): Promise<void> {
    const deadline = patience();
    while (!expected.test(this.#said)) await this.#more(expected, deadline);
  }

  /** Resolves when it has said more than this much of what it said, or after this time at the latest. */
  async saysMore(than: number, withinMs: number): Promise<void> {
    if (this.#said.length > than) return;
    const changed = new Promise<void>((resolve) => (this.#wake = resolve));
    await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, withinMs).unref())]);
  }

  /** When it said something last, by `performance.now()`. */
  get saidAt(): number {
    return this.#saidAt;
  }

  /** All that it has said. */
  get said(): string {
    return this.#said;
  }

  async #more(expected: RegExp, deadline: Promise<"impatient">): Promise<void> {
    const changed = new Promise<undefined>((resolve) => (this.#wake = () => resolve(undefined)));
    const ended = await Promise.race([changed, this.#running.outcome, deadline]);
    if (ended === "impatient") throw new Error(`not said: ${expected}\n${this.#said}`);
    if (ended !== undefined) throw new Error(`ended before it said ${expected}:\n${describeOutcome(ended)}`);
  }

  /** Ends it, as Ctrl-C does. */
  async end(): Promise<Outcome> {
    if (this.#running.process.exitCode === null) killGroup(this.#running.process, "SIGINT");
    return this.#running.outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

const patienceMs = 120_000;

/** A soak takes its time. */
const longestMs = 3_600_000;

function patience(): Promise<"impatient"> {
  return new Promise((resolve) => setTimeout(() => resolve("impatient"), patienceMs).unref());
}

/** What a folder of a container holds, one line for each path: kind, mode and content. */
export async function containerTree(engine: EngineApi, container: string, folder: string): Promise<readonly string[]> {
  const path = `/containers/${container}/archive?path=${encodeURIComponent(`${folder}/.`)}`;
  const archive = await engine.download(path);
  const lines: string[] = [];
  for await (const entry of readTar(streamOf(archive))) {
    const name = entry.path.replace(/^\.?\/?/, "").replace(/\/$/, "");
    if (name === "") continue;
    const mode = (entry.mode & 0o7777).toString(8);
    if (entry.kind === "directory") lines.push(`${name}/ ${mode}`);
    else if (entry.kind === "symlink") lines.push(`${name} -> ${entry.linkTarget}`);
    else {
      const hash = createHash("sha256");
      for await (const chunk of entry.content) hash.update(chunk);
      lines.push(`${name} ${mode} ${hash.digest("hex").slice(0, 12)}`);
    }
  }
  return lines.toSorted();
}

async function* streamOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** The same of a folder of this machine; links are not followed. */
export async function hostTree(folder: string): Promise<readonly string[]> {
  return (await linesBelow(folder, "")).toSorted();
}

async function linesBelow(folder: string, parent: string): Promise<string[]> {
  const lines: string[] = [];
  for (const entry of await readdir(join(folder, parent), { withFileTypes: true })) {
    const name = join(parent, entry.name);
    const mode = ((await lstat(join(folder, name))).mode & 0o7777).toString(8);
    if (entry.isDirectory()) lines.push(`${name}/ ${mode}`, ...(await linesBelow(folder, name)));
    else if (entry.isSymbolicLink()) lines.push(`${name} -> ${await readlink(join(folder, name))}`);
    else {
      const hash = createHash("sha256").update(await readFile(join(folder, name)));
      lines.push(`${name} ${mode} ${hash.digest("hex").slice(0, 12)}`);
    }
  }
  return lines;
}
