import { readFile } from "node:fs/promises";
import { run } from "./run.ts";

/** Rules of the kernel's older firewall for what passes through, as `iptables-legacy -S` tells them; empty without one. */
export async function legacyForwardRules(): Promise<string> {
  const tables = await readFile("/proc/net/ip_tables_names", "utf8").catch(() => "");
  // Asking for a table makes the kernel have it from then on.
  if (!tables.split("\n").includes("filter")) return "";
  const { stdout } = await run("iptables-legacy", ["-w", "-S", "FORWARD"]);
  return stdout;
}
