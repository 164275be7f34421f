import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isFrozen, setFrozen } from "../../../../src/embedded/host/freezer.ts";

describe("the freezer of a process that has ended, but that nobody has asked for its exit code", () => {
  test("lets it be", async () => {
    await using family = await oneThatNobodyWaitsFor();
    expect(isFrozen(family.pid)).toBe(false);
    await expect(setFrozen(family.pid, false)).resolves.toBeUndefined();
  });
});

interface Family extends AsyncDisposable {
  readonly pid: number;
}

/** The shell becomes a program that does not know of the child, which ends only then: shells ask for exit codes. */
async function oneThatNobodyWaitsFor(): Promise<Family> {
  const parent = spawn("sh", ["-c", "sleep 1000 & echo $!; exec sleep 1000"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  await says(`/proc/${parent.pid}/comm`, "sleep\n");
  process.kill(pid, "SIGKILL");
  await says(`/proc/${pid}/status`, "State:\tZ");
  return { pid, [Symbol.asyncDispose]: () => end(parent) };
}

async function says(path: string, text: string): Promise<void> {
  while (!readFileSync(path, "utf8").includes(text)) await new Promise(setImmediate);
}

async function end(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}
