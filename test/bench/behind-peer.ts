import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Tool } from "../support/tool.ts";

/**
 * What stands before the peer's own command would count against it: runs this program once more, behind that. Answers
 * how that ended, and `undefined` when nothing stands there. An embedded engine has to be started before, for it goes by
 * the programs of this machine; the environment tells of it.
 */
export async function runBehindPeer(
  { command: [program, ...leading] }: Tool,
  environment: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  if (program === "docker") return undefined;
  const inside = leading.slice(0, leading.indexOf("docker"));
  const again = spawn(program, [...inside, process.execPath, ...process.argv.slice(1)], {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  const [status] = (await once(again, "close")) as [number | null];
  return status ?? 1;
}
