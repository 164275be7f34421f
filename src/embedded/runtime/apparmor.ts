/** How this machine can confine containers by AppArmor. */
export type Apparmor =
  | { readonly kind: "on"; readonly defaultProfile: string }
  /** `why`: in words, as the reason of a refusal. */
  | { readonly kind: "off"; readonly why: string };

/** Docker's name for it: a machine that runs both engines has it once. */
export const defaultProfileName = "docker-default";

/**
 * The profile of containers that name none, equal in effect to Docker's (github.com/moby/profiles, apparmor/template.go):
 * nothing is mounted, nothing of the kernel's is written to but the container's own processes and `kernel.shm*`, signals
 * come from the engine and stay in the container. `engineProfile` is the one that confines the engine itself.
 */
export function defaultProfile(engineProfile: string): string {
  return `#include <tunables/global>

profile ${defaultProfileName} flags=(attach_disconnected,mediate_deleted) {
  #include <abstractions/base>

  network,
  capability,
  file,
  umount,

  signal (receive) peer=unconfined,
  signal (receive) peer=runc,
  signal (receive) peer=crun,
  signal (receive) peer="${engineProfile}",
  signal (send,receive) peer=${defaultProfileName},

  deny @{PROC}/* w,
  deny @{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w,
  deny @{PROC}/sys/[^k]** w,
  deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/kcore rwklx,

  deny mount,

  deny /sys/[^f]*/** wklx,
  deny /sys/f[^s]*/** wklx,
  deny /sys/fs/[^c]*/** wklx,
  deny /sys/fs/c[^g]*/** wklx,
  deny /sys/fs/cg[^r]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
  deny /sys/kernel/security/** rwklx,

  ptrace (trace,read,tracedby,readby) peer=${defaultProfileName},
}
`;
}
