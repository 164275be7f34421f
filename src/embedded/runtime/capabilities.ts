import { badRequest } from "../api/http-error.ts";

/** What root in a container may do when nothing else is asked for: Docker's fourteen. */
const defaults = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];

/** All of capabilities(7), by their number: a kernel knows those up to its `cap_last_cap`. */
const all = [
  ..."CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE".split(" "),
  ..."NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT".split(" "),
  ..."SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE".split(" "),
  ..."AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ".split(" "),
  ..."PERFMON BPF CHECKPOINT_RESTORE".split(" "),
].map((name) => `CAP_${name}`);

/** What a container asks for; names with or without `CAP_`, in any case, or `ALL`. */
export interface CapabilityWishes {
  readonly added: readonly string[];
  readonly dropped: readonly string[];
  readonly isPrivileged: boolean;
}

/**
 * The capabilities of a container's processes. `available` are those that the engine itself may hand on. Throws 400 for
 * a name that no kernel knows.
 */
export function capabilitiesOf(wishes: CapabilityWishes, available: (name: string) => boolean = anyOfThem): string[] {
  const added = wishes.added.map((name) => canonical(name, "CapAdd"));
  const dropped = wishes.dropped.map((name) => canonical(name, "CapDrop"));
  if (wishes.isPrivileged) return all.filter(available);
  if (dropped.includes("ALL")) return unique(added.includes("ALL") ? all.filter(available) : added);
  const granted = added.includes("ALL") ? all.filter(available) : [...defaults, ...added];
  return unique(granted).filter((name) => !dropped.includes(name));
}

function canonical(name: string, field: string): string {
  const upper = name.trim().toUpperCase();
  if (upper === "ALL" || upper === "CAP_ALL") return "ALL";
  const full = upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  if (all.includes(full)) return full;
  throw badRequest(`invalid ${field}: unknown capability: "${full}"`);
}

/** The capability of this number, `undefined` beyond those known. */
export function capabilityAt(number: number): string | undefined {
  return all[number];
}

const anyOfThem = (): boolean => true;

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => name !== "ALL");
}
