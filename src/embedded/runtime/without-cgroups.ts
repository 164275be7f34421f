import type { OciConfig, OciConfigWithoutCgroups, OciMount } from "./oci.ts";

/** What the engine is where it is root of a user namespace only. */
export interface NamespaceFacts {
  /** How many users there are. */
  readonly userCount: number;
}

/** Terminals belong to this group (Filesystem Hierarchy Standard: `tty`), where there is one. */
const terminalGroup = 5;

/**
 * The configuration as an engine without control groups can have it carried out: no limits, no rules for devices (those
 * that are there are the machine's, which its owner opens to users or not), no group. Pure.
 */
export function withoutCgroups(spec: OciConfig, { userCount }: NamespaceFacts): OciConfigWithoutCgroups {
  const { resources: _resources, cgroupsPath: _path, sysctl = {}, ...linux } = spec.linux;
  return {
    ...spec,
    mounts: spec.mounts.flatMap((mount) => adapted(mount, userCount)),
    linux: { ...linux, sysctl: fittingSysctls(sysctl, userCount) },
  };
}

function adapted(mount: OciMount, userCount: number): readonly OciMount[] {
  if (mount.type === "cgroup") return [];
  if (mount.type !== "devpts" || userCount > terminalGroup) return [mount];
  return [{ ...mount, options: mount.options.filter((option) => !option.startsWith("gid=")) }];
}

const pingers = "net.ipv4.ping_group_range";

/** Only groups that exist may be named. */
function fittingSysctls(
  sysctls: Readonly<Record<string, string>>,
  userCount: number,
): Readonly<Record<string, string>> {
  const range = sysctls[pingers];
  return range === undefined ? sysctls : { ...sysctls, [pingers]: `0 ${userCount - 1}` };
}
