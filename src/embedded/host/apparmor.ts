import { existsSync, readFileSync } from "node:fs";
import { type Apparmor, defaultProfile, defaultProfileName } from "../runtime/apparmor.ts";
import { run } from "./run.ts";

const loadedProfiles = "/sys/kernel/security/apparmor/profiles";

/** Finds out whether this machine confines by AppArmor; where it does, the default profile is loaded afterwards. */
export async function prepareApparmor(): Promise<Apparmor> {
  if (textOf("/sys/module/apparmor/parameters/enabled").trim() !== "Y") {
    return { kind: "off", why: "the kernel of this machine runs without AppArmor" };
  }
  if (!existsSync(loadedProfiles)) {
    return { kind: "off", why: "securityfs is not mounted: mount -t securityfs securityfs /sys/kernel/security" };
  }
  try {
    if (!isLoaded(defaultProfileName)) {
      await run("apparmor_parser", ["-Kr"], { input: defaultProfile(ownProfile()) });
    }
    return { kind: "on", defaultProfile: defaultProfileName };
  } catch (error) {
    return { kind: "off", why: `its profile could not be loaded: ${(error as Error).message}` };
  }
}

function isLoaded(profile: string): boolean {
  return textOf(loadedProfiles)
    .split("\n")
    .some((line) => line.startsWith(`${profile} (`));
}

/** What confines the engine: `unconfined`, or `name (mode)`. */
function ownProfile(): string {
  return (
    textOf("/proc/self/attr/current")
      .trim()
      .replace(/ \(\w+\)$/, "") || "unconfined"
  );
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
