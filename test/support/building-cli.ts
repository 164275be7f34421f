import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Tool } from "./tool.ts";

/** A docker CLI that builds through BuildKit. */
export interface BuildingCli extends Tool {
  /** By its plugin over `/grpc`; without, as before 23.0, over `POST /build`. */
  readonly hasBuildx: boolean;
  /** Whether it has `docker compose`. */
  readonly hasCompose: boolean;
}

const candidates: readonly (readonly [string, ...string[]])[] = [
  ["/usr/bin/docker"],
  ["docker"],
  [join(import.meta.dirname, "../../../shared/tools/reference-engine"), "run", "docker"],
];

/** Those that this machine has, one of each kind. */
export function buildingClis(): readonly BuildingCli[] {
  const found = candidates.flatMap((command): BuildingCli[] => {
    const version = answer(command, "--version");
    const [, major] = /version (\d+)\./.exec(version) ?? [];
    if (major === undefined) return [];
    const hasBuildx = answer(command, "buildx", "version") !== "";
    if (!hasBuildx && Number(major) >= 23) return [];
    const hasCompose = answer(command, "compose", "version") !== "";
    return [{ name: version.replace(/^Docker version ([^,+]+).*$/s, "docker $1"), command, hasBuildx, hasCompose }];
  });
  return [...new Map(found.toReversed().map((cli) => [cli.hasBuildx, cli])).values()].toReversed();
}

function answer([program, ...leading]: readonly [string, ...string[]], ...args: readonly string[]): string {
  const { status, stdout } = spawnSync(program, [...leading, ...args], { encoding: "utf8" });
  return status === 0 ? stdout : "";
}
