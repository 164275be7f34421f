import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A shell that starts a container and stays with it; it goes on when the engine ends. */
export interface MonitorProcess {
  readonly pid: number;
  /** Resolves when the pipes are there; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** Lets it go on: whoever reads the pipes has opened them. */
  proceed(): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
}

/**
 * Runs a script in a mount namespace of its own, in a session of its own. What goes wrong is written to `logPath`. The
 * script comes as text: a shell reads a file while it runs it, and an upgrade would change that under its feet.
 */
export function spawnMonitor(script: string, args: readonly string[], logPath: string): MonitorProcess {
  const log = openSync(logPath, "a", 0o600);
  const unshare = ["--mount", "--propagation", "slave", "/bin/sh", "-c", script, "monitor", ...args];
  const child = spawn("unshare", unshare, { stdio: ["pipe", "pipe", log], detached: true, env: environment() });
  closeSync(log);
  child.unref();
  const ended = endOf(child);
  return {
    pid: child.pid ?? 0,
    ready: firstLine(child, ended),
    proceed: () => child.stdin?.end("\n"),
    ended,
  };
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
