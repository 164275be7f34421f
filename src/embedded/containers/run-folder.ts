import { closeSync, constants, openSync, writeSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PreparedNetwork } from "../networks/networks.ts";

/** Tells a monitor that waits with the pipes (`hold`) that all has been read. */
export function letGo(hold: string): void {
  try {
    const pipe = openSync(hold, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(pipe, "\n");
    closeSync(pipe);
  } catch (error) {
    // No pipe: nothing was started. Nobody at its other end: the monitor is gone.
    if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENXIO")))
      throw error;
  }
}

/** Keeps what networks gave a run beside its pipes: an engine that dies now has no other place to learn it from. */
export async function saveNetwork(run: string, network: PreparedNetwork): Promise<void> {
  await writeFile(join(run, "network.json"), JSON.stringify(network), { mode: 0o600 });
}

/** What {@link saveNetwork} kept; `undefined` when there is none. */
export async function savedNetwork(run: string): Promise<PreparedNetwork | undefined> {
  const text = await readFile(join(run, "network.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as PreparedNetwork);
}
