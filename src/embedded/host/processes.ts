import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * When a process started, in clock ticks since boot: with its pid it names it for good, for pids are used again.
 * `undefined` when there is none, or only its remains wait for their parent.
 */
export function startTimeOf(pid: number): string | undefined {
  try {
    // The name stands in brackets and may hold anything, brackets too; fields 3 (state) and 22 (start) come after.
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** Whether it still runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return startTimeOf(pid) === startTime;
}

/** Clock ticks of the kernel's interface, on every architecture. */
const ticksPerSecond = 100;

/** Whether a moment, in microseconds since boot, is not before a process's start. */
export function isSinceStart({ startTime }: ProcessIdentity, us: number): boolean {
  return us >= (Number(startTime) / ticksPerSecond) * 1_000_000;
}

/** Sends a signal; answers whether the process was there to get it. */
export function sendSignal(identity: ProcessIdentity, signal: number): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

/**
 * Whether a process is of a container: by its control group, or, where it has none, by what it sees mounted, which
 * includes its own folder.
 */
export function isOfContainer(pid: number, id: string): boolean {
  return [`/proc/${pid}/cgroup`, `/proc/${pid}/mountinfo`].some((path) => textOf(path).includes(id));
}

/** The processes that share a PID namespace with this one. */
export function neighboursOf(pid: number): readonly number[] {
  const namespace = namespaceOf(pid);
  if (namespace === undefined) return [];
  const pids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((each) => namespaceOf(each) === namespace);
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Empty when the process is gone. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** This process. */
export const ownPid: number = process.pid;

/** Runs something with a file mode mask; only for what ends at once. */
export function withUmask<T>(mask: number, action: () => T): T {
  const before = process.umask(mask);
  try {
    return action();
  } finally {
    process.umask(before);
  }
}
