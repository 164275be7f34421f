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

/** What whoever started this program tells it. */
export function ownInput(): NodeJS.ReadStream {
  return process.stdin;
}
