import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import { defaultSeccompProfile } from "./seccomp/default-profile.ts";
import { parseSeccompProfile, type SeccompProfile } from "./seccomp/profile.ts";

/** What `SecurityOpt` of a container asks for. */
export interface SecurityWishes {
  readonly noNewPrivileges: boolean;
  /** `undefined` for the engine's own. */
  readonly apparmorProfile: string | undefined;
  readonly seccomp: SeccompProfile | "unconfined";
  readonly hasWritableCgroups: boolean;
}

/** Reads `SecurityOpt` as Docker does. Throws 400 for what it does not know. */
export function securityWishes({ SecurityOpt = [], Privileged }: HostConfig): SecurityWishes {
  // A privileged container is confined by nothing that it did not ask for.
  const open = Privileged === true;
  let wishes: SecurityWishes = {
    noNewPrivileges: false,
    apparmorProfile: open ? "unconfined" : undefined,
    seccomp: open ? "unconfined" : defaultSeccompProfile,
    hasWritableCgroups: open,
  };
  for (const option of SecurityOpt) wishes = { ...wishes, ...wishOf(option) };
  return wishes;
}

function wishOf(option: string): Partial<SecurityWishes> {
  const [, key = option, value] = /^([^=:]+)[=:]([^]*)$/.exec(option) ?? [];
  switch (key) {
    case "no-new-privileges":
      return { noNewPrivileges: flag(option, value) };
    case "writable-cgroups":
      return { hasWritableCgroups: flag(option, value) };
    case "apparmor":
      return value ? { apparmorProfile: value } : unknown(option);
    case "seccomp":
      return { seccomp: seccompWish(value) };
    case "label":
      return labelWish(value);
    default:
      return unknown(option);
  }
}

/** Of SELinux, by which this engine confines nobody: switching it off is all it can do. */
function labelWish(value = ""): Partial<SecurityWishes> {
  if (value === "disable") return {};
  throw badRequest(`cannot label the container's processes "${value}": the engine does not support SELinux`);
}

function seccompWish(value = ""): SecurityWishes["seccomp"] {
  if (value === "unconfined") return "unconfined";
  return value === "" || value === "builtin" ? defaultSeccompProfile : parseSeccompProfile(value);
}

function flag(option: string, value = "true"): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw badRequest(`invalid --security-opt: "${option}"`);
}

function unknown(option: string): never {
  throw badRequest(`invalid --security-opt 1: "${option}"`);
}

/** Paths of the kernel that tell too much about the host: nothing is seen there. */
export const maskedPaths: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];

/** Paths of the kernel that change the host when written to. */
export const readonlyPaths: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];
