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

/** The shell becomes a program that does not know of the child. */
async function oneThatNobodyWaitsFor(): Promise<Family> {
  const parent = spawn("sh", ["-c", "read line & echo $!; exec sleep 1000"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  while (!readFileSync(`/proc/${pid}/status`, "utf8").includes("State:\tZ")) await new Promise(setImmediate);
  return { pid, [Symbol.asyncDispose]: () => end(parent) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}
