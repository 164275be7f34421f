import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { PreparedNetwork } from "../networks/networks.ts";

/** Keeps what networks gave a run beside its pipes: an engine that dies now has no other place to learn it from. */
export function saveNetwork(run: string, network: PreparedNetwork): void {
  writeFileSync(join(run, "network.json"), JSON.stringify(network), { mode: 0o600 });
}

/** What {@link saveNetwork} kept; `undefined` when there is none. */
export async function savedNetwork(run: string): Promise<PreparedNetwork | undefined> {
  const text = await readFile(join(run, "network.json"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as PreparedNetwork);
}
