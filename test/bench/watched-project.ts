import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";
import { killGroup, start, tscompose } from "../support/tool.ts";
import type { Side } from "./side.ts";

const burstSize = 500;

/**
 * Prints every new content of one file, and the number of each burst that has arrived whole. It starts no process to look
 * and lists no folder: on overlayfs that would keep those waiting who write there.
 */
const observer = `
const { existsSync, readFileSync } = require("node:fs");
let saved;
let burst = 0;
let file = 0;
const look = () => {
  try {
    const now = readFileSync("/app/save", "utf8");
    if (saved !== now) console.log("save", (saved = now));
  } catch {}
  while (existsSync("/app/burst-" + burst + "/" + file)) file++;
  if (file >= ${burstSize}) {
    console.log("burst", burst++);
    file = 0;
  }
};
setInterval(look, 2);`;

const composeFile = `
services:
  web:
    image: node
    command: ["node", "-e", ${JSON.stringify(observer)}]
    init: true
    stop_signal: SIGKILL
    # In memory: how long a disk takes to make a file depends on what was removed from it just before.
    volumes: ["app:/app"]
    develop: { watch: [{ path: src, action: sync, target: /app }] }
volumes:
  app: { driver_opts: { type: tmpfs, device: tmpfs } }
`;

/** A tool that watches a project of its own, and what its container has printed. */
export class WatchedProject implements AsyncDisposable {
  readonly #project: TestProject;
  #saves = 0;
  #bursts = 0;
  readonly #watching: ReturnType<typeof start>;
  readonly #logs: ReturnType<typeof start>;
  #printed = "";
  #wake: () => void = () => {};

  private constructor(project: TestProject, watching: ReturnType<typeof start>, logs: ReturnType<typeof start>) {
    this.#project = project;
    this.#watching = watching;
    this.#logs = logs;
    logs.process.stdout?.on("data", (text: string) => {
      this.#printed += text;
      this.#wake();
    });
  }

  static async enter({ tool, address }: Side): Promise<WatchedProject> {
    const engine = new EngineApi(address);
    const burst = Array.from({ length: burstSize }, (_, index) => [`burst/${index}`, "x"]);
    const files = { "compose.yaml": composeFile, "src/save": "0", ...Object.fromEntries(burst) };
    const project = await TestProject.create(files, engine);
    const options = {
      directory: project.directory,
      environment: { DOCKER_HOST: address, COMPOSE_PROJECT_NAME: project.name },
      patienceMs: 3_600_000,
    };
    await start(tscompose, ["up", "-d"], options).outcome;
    const watching = start(tool, ["watch", "--no-up"], options);
    await new Promise<void>((resolve) => {
      const ready = (text: string): void => (/watching|watch enabled/i.test(text) ? resolve() : undefined);
      watching.process.stdout?.on("data", ready);
      watching.process.stderr?.on("data", ready);
    });
    const logs = start(tscompose, ["logs", "-f", "--no-log-prefix"], options);
    return new WatchedProject(project, watching, logs);
  }

  /** Writes one file, and waits until the container has it. */
  async save(): Promise<void> {
    const text = `turn-${++this.#saves}`;
    await writeFile(join(this.#project.directory, "src/save"), text);
    await this.#prints(`save ${text}\n`);
  }

  /** Lets `cp` write many new files, as fast as a change of branches does, and waits until the container has all of them. */
  async burst(): Promise<void> {
    const number = this.#bursts++;
    const { directory } = this.#project;
    await promisify(execFile)("cp", ["-r", join(directory, "burst"), join(directory, `src/burst-${number}`)]);
    await this.#prints(`burst ${number}\n`);
  }

  async #prints(line: string): Promise<void> {
    while (!this.#printed.includes(line)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.#watching.process, "SIGINT");
    killGroup(this.#logs.process, "SIGINT");
    await Promise.all([this.#watching.outcome, this.#logs.outcome]);
    await this.#project[Symbol.asyncDispose]();
  }
}
