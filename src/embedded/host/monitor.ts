import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { searchPath } from "./program-path.ts";

/** A shell that starts a container, or a command in one, and stays with it; it goes on when the engine ends. */
export interface MonitorProcess {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/** One that waits before it begins. */
export interface WaitingMonitor extends MonitorProcess {
  /** Resolves when it has written its first line; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Lets it go on: it can read a line. */
  proceed(): void;
}

/** How a monitor is run. */
export interface MonitorPlace {
  /** What goes wrong is written to it. */
  readonly logPath: string;
  /** In a network namespace of its own, with the host's as its standard input. */
  readonly hasNetwork: boolean;
}

/**
 * Runs a script in a mount namespace of its own, in a session of its own. The script comes as text: a shell reads a file
 * while it runs it, and an upgrade would change that under its feet.
 */
export function spawnMonitor(
  script: string,
  args: readonly string[],
  { logPath, hasNetwork }: MonitorPlace,
): MonitorProcess {
  const host = hasNetwork ? openSync("/proc/self/ns/net", "r") : undefined;
  const own = hasNetwork ? ["--net"] : [];
  const child = spawnShell([script, ...args], { logPath, own, input: host ?? "ignore", output: "ignore" });
  if (host !== undefined) closeSync(host);
  return { pid: child.pid ?? 0, ended: endOf(child) };
}

/** The same in the host's network, for a script that says when it is ready, and goes on when it is told to. */
export function spawnWaitingMonitor(script: string, args: readonly string[], logPath: string): WaitingMonitor {
  const child = spawnShell([script, ...args], { logPath, own: [], input: "pipe", output: "pipe" });
  const ended = endOf(child);
  return { pid: child.pid ?? 0, ready: firstLine(child, ended), proceed: () => child.stdin?.end("\n"), ended };
}

interface ShellPlace {
  readonly logPath: string;
  /** Namespaces of its own beside that of mounts, as words for unshare(1). */
  readonly own: readonly string[];
  readonly input: "pipe" | "ignore" | number;
  readonly output: "pipe" | "ignore";
}

function spawnShell(words: readonly string[], { logPath, own, input, output }: ShellPlace): ChildProcess {
  const [script = "", ...args] = words;
  const log = openSync(logPath, "a", 0o600);
  const unshare = ["--mount", "--propagation", "slave", ...own, "/bin/sh", "-c", script, "monitor", ...args];
  const child = spawn("unshare", unshare, { stdio: [input, output, log], detached: true, env: environment() });
  closeSync(log);
  child.unref();
  return child;
}

/** What programs of the host need: nothing of the engine's own environment gets near a container. */
function environment(): Readonly<Record<string, string>> {
  return {
    PATH: searchPath,
    LC_ALL: "C",
    SHELL: "/bin/sh",
  };
}

function endOf(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.once("error", () => resolve());
  return promise;
}

function firstLine({ stdin, stdout }: ChildProcess, ended: Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stdin?.on("error", () => {});
  stdout?.on("error", () => {});
  stdout?.once("data", () => {
    resolve();
    stdout.resume();
  });
  void ended.then(() => reject(new Error("the container's monitor ended before it was ready")));
  return promise;
}
