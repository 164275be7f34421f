import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** A program that goes on when this one ends. */
export interface BackgroundProgram {
  readonly pid: number;
  /** True once it has ended. */
  hasEnded(): boolean;
  /** What has come to its file since it was started. */
  said(): string;
}

/** What to run. */
export interface Command {
  readonly words: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A longer one is begun anew. */
const longestLogBytes = 1024 * 1024;

/**
 * Starts a program in a session of its own; what it says goes to the end of a file that only its owner can read: another
 * one may have the same.
 */
export function startInBackground({ words, environment }: Command, logPath: string): BackgroundProgram {
  const [program, ...args] = words;
  const before = statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
  const isLong = before > longestLogBytes;
  if (isLong) rmSync(logPath);
  const log = openSync(logPath, "a", 0o600);
  const child = spawn(program, args, { stdio: ["ignore", log, log], detached: true, cwd: "/", env: environment });
  closeSync(log);
  child.unref();
  let isOver = false;
  child.once("exit", () => (isOver = true));
  child.once("error", () => (isOver = true));
  return {
    pid: child.pid ?? 0,
    hasEnded: () => isOver,
    said: () => readFileSync(logPath).toString("utf8", isLong ? 0 : before),
  };
}

/** Seen from the library and the sources, and from the bundle. */
const binFolders = ["../../bin", "../bin"];

/**
 * How to run tscompose itself as a server that stays: this Node, and the program of this package. It gives up a little
 * speed for memory: young objects get a small nursery, all threads share one heap of the C library, and who passes many
 * bytes on may have them cleared away.
 */
export function ownServer(...args: readonly string[]): Command {
  const places = binFolders.map((place) => join(import.meta.dirname, place, "tscompose.cjs"));
  const program = places.find((path) => existsSync(path)) ?? "tscompose";
  return {
    words: [process.execPath, "--max-semi-space-size=2", "--expose-gc", "--", program, ...args],
    environment: { ...process.env, MALLOC_ARENA_MAX: "1" },
  };
}

/** Asks a process to end; answers whether it was there. */
export function askToEnd(pid: number): boolean {
  try {
    return process.kill(pid, "SIGTERM");
  } catch {
    return false;
  }
}

/** Whether the process of this number runs with these words in its command line: numbers are used again. */
export function runsAs(pid: number, words: readonly string[]): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`\0${words.join("\0")}\0`);
  } catch {
    return false;
  }
}

/** Where something is mounted below a folder, the deepest first (proc_pid_mountinfo(5)). */
export function mountsBelow(folder: string): readonly string[] {
  const table = readFileSync("/proc/self/mountinfo", "utf8");
  const places = table.split("\n").map((line) => unescapeOctal(line.split(" ")[4] ?? ""));
  return places.filter((place) => place.startsWith(`${folder}/`)).toSorted((a, b) => b.length - a.length);
}

function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
