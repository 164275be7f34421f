import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

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

/**
 * Runs a script in a mount namespace of its own, in a session of its own. What goes wrong is written to `logPath`. The
 * script comes as text: a shell reads a file while it runs it, and an upgrade would change that under its feet.
 */
export function spawnMonitor(script: string, args: readonly string[], logPath: string): MonitorProcess {
  const child = spawnShell(script, args, { logPath, talk: "ignore" });
  return { pid: child.pid ?? 0, ended: endOf(child) };
}

/** The same for a script that says when it is ready, and goes on when it is told to. */
export function spawnWaitingMonitor(script: string, args: readonly string[], logPath: string): WaitingMonitor {
  const child = spawnShell(script, args, { logPath, talk: "pipe" });
  const ended = endOf(child);
  return { pid: child.pid ?? 0, ready: firstLine(child, ended), proceed: () => child.stdin?.end("\n"), ended };
}

function spawnShell(
  script: string,
  args: readonly string[],
  { logPath, talk }: { readonly logPath: string; readonly talk: "pipe" | "ignore" },
): ChildProcess {
  const log = openSync(logPath, "a", 0o600);
  const unshare = ["--mount", "--propagation", "slave", "/bin/sh", "-c", script, "monitor", ...args];
  const child = spawn("unshare", unshare, { stdio: [talk, talk, log], detached: true, env: environment() });
  closeSync(log);
  child.unref();
  return child;
}

/** What programs of the host need: nothing of the engine's own environment gets near a container. */
function environment(): Readonly<Record<string, string>> {
  return {
    PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`,
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
