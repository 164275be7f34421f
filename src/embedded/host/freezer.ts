import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Stops, or lets go on, all processes of a process's control group. Resolves when the kernel has done it. */
export async function setFrozen(pid: number, isFrozen: boolean): Promise<void> {
  try {
    await freeze(freezerOf(pid), isFrozen);
  } catch (error) {
    // What is let go may end at once, and its group with it.
    if (isFrozen || !isGone(error)) throw error;
  }
}

/** Stops all processes of a process's control group; false for one that has just ended, or that has no such group. */
export async function freezeIfThere(pid: number): Promise<boolean> {
  try {
    await setFrozen(pid, true);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** Whether a process's control group is frozen. */
export function isFrozen(pid: number): boolean {
  try {
    const { folder, isUnified } = freezerOf(pid);
    if (isUnified) return readFileSync(join(folder, "cgroup.events"), "utf8").includes("frozen 1");
    return readFileSync(join(folder, "freezer.state"), "utf8").trim() !== "THAWED";
  } catch {
    return false;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENODEV");
}

interface Freezer {
  readonly folder: string;
  readonly isUnified: boolean;
}

async function freeze({ folder, isUnified }: Freezer, isFrozen: boolean): Promise<void> {
  const [file, wish] = isUnified
    ? ["cgroup.freeze", isFrozen ? "1" : "0"]
    : ["freezer.state", isFrozen ? "FROZEN" : "THAWED"];
  await writeFile(join(folder, file), wish);
  const reached = async (): Promise<boolean> =>
    isUnified
      ? (await readFile(join(folder, "cgroup.events"), "utf8")).includes(`frozen ${wish}`)
      : (await readFile(join(folder, file), "utf8")).trim() === wish;
  // The kernel tells nobody; a process in the middle of a system call takes its time.
  for (let waited = 0; !(await reached()); waited += 5) {
    if (waited > 10_000) throw new Error(`processes of ${folder} cannot be ${isFrozen ? "frozen" : "thawed"}`);
    await delay(5);
  }
}

/**
 * The control groups of a process as `/proc` shows them: `12:freezer:/tscompose/…`. Without those that are the whole
 * machine: no container runs there, only what is left of a process that has ended does (`cgroup_exit` of the kernel).
 */
export function cgroupsOf(pid: number): string {
  try {
    const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
    return lines.filter((line) => !line.endsWith(":/")).join("\n");
  } catch {
    return "";
  }
}

function freezerOf(pid: number): Freezer {
  const groups = cgroupsOf(pid);
  const [, legacy] = /^\d+:(?:[^:]*,)?freezer(?:,[^:]*)?:(.*)$/m.exec(groups) ?? [];
  if (legacy !== undefined) return { folder: join("/sys/fs/cgroup/freezer", legacy), isUnified: false };
  const [, unified] = /^0::(.*)$/m.exec(groups) ?? [];
  if (unified === undefined)
    throw Object.assign(new Error(`process ${pid} is in no control group that can be frozen`), { code: "ENOENT" });
  return { folder: join("/sys/fs/cgroup", unified), isUnified: true };
}
