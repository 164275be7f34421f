import { at } from "../dockerfile/dockerfile-error.ts";
import { expand } from "../dockerfile/expand.ts";
import type { ArgInstruction } from "../dockerfile/instruction.ts";
import { type Platform, shownPlatform } from "./platform.ts";

/** What decides about the arguments that every Dockerfile can ask for. */
export interface ArgFacts {
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform;
  /** The target stage's name. */
  readonly target: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** Arguments of the global scope: the platform's, then `ARG` in front of the first `FROM`. */
export function globalArgs(
  declared: readonly ArgInstruction[],
  facts: ArgFacts,
  escape: string,
): ReadonlyMap<string, string> {
  const { buildArgs } = facts;
  const args = new Map(platformArgs(facts).map(([name, value]) => [name, buildArgs[name] ?? value]));
  for (const { declarations, location } of declared) {
    for (const { key, value } of declarations) {
      const told = Object.hasOwn(buildArgs, key) ? buildArgs[key] : undefined;
      const found =
        told ?? (value === undefined ? undefined : at(location, () => expand(value, args, { escape }).text));
      if (found !== undefined) args.set(key, found);
    }
  }
  return args;
}

function platformArgs({ buildPlatform, targetPlatform, target }: ArgFacts): [string, string][] {
  const of = (prefix: string, platform: Platform): [string, string][] => [
    [`${prefix}PLATFORM`, shownPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, ""],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant],
  ];
  return [...of("BUILD", buildPlatform), ...of("TARGET", targetPlatform), ["TARGETSTAGE", target || "default"]];
}

const proxyNames = ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"];

/** Proxies among the build arguments, in both spellings: every command gets them. */
export function proxyArgs(buildArgs: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const told = Object.entries(buildArgs).flatMap(([name, value]) => {
    const lower = name.toLowerCase();
    if (!proxyNames.includes(lower)) return [];
    return [[lower.toUpperCase(), value] as const, [lower, value] as const];
  });
  return new Map(told);
}
