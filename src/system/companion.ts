import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { Socket } from "node:net";

/** A program that outlives this process, and knows by the end of its input when this process is gone. */
export interface Companion {
  /** Hands on a line. */
  tell(line: string): void;
  /** No more lines: it may end. */
  dismiss(): void;
}

/** Starts a module of ours as a program of its own, in a session of its own; it keeps nobody from ending. */
export function startCompanion(module: string): Companion {
  const child = spawn(process.execPath, [module], { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/" });
  child.on("error", () => {});
  unreferenced(child);
  child.stdin?.on("error", () => {});
  return {
    tell: (line) => void child.stdin?.write(`${line}\n`),
    dismiss: () => void child.stdin?.end(),
  };
}

/** Nothing of the child keeps this process alive. */
export function unreferenced(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
}

/** A module beside the one that asks, as it is built or as it is written. */
export function moduleBeside(directory: string, name: string): string {
  const built = `${directory}/${name}.js`;
  return existsSync(built) ? built : `${directory}/${name}.ts`;
}

/** What a program said first, before it went on alone, and what it complained about until then. */
export interface FirstWords {
  readonly said: string;
  readonly complaint: string;
}

/** Starts a module of ours as a program that outlives this process; resolves with its first line, or with its end. */
export async function startKeeper(
  module: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<FirstWords> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", module, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    cwd: "/",
    env: { ...environment },
  });
  const { promise, resolve } = Promise.withResolvers<FirstWords>();
  let said = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (said.includes("\n")) resolve({ said: said.trim(), complaint });
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  child.once("error", ({ message }) => resolve({ said: "", complaint: message }));
  child.once("close", () => resolve({ said: said.trim(), complaint: complaint.trim() }));
  try {
    return await promise;
  } finally {
    unreferenced(child);
    child.stdout.destroy();
    child.stderr.destroy();
  }
}

/** What this program was called with. */
export function ownArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** Says a line to whoever started this program. */
export function tellStarter(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What whoever started this program tells it. */
export function ownInput(): NodeJS.ReadStream {
  return process.stdin;
}
