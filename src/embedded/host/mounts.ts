import { readFile, realpath } from "node:fs/promises";
import { run } from "./run.ts";

/** A mount of the engine's own mount namespace. */
export interface HostMount {
  readonly point: string;
  readonly type: string;
}

/** All mounts, in the order they were made. `pid` for those that another process sees. */
export async function hostMounts(pid: number | "self" = "self"): Promise<readonly HostMount[]> {
  const text = await readFile(`/proc/${pid}/mountinfo`, "utf8");
  return text.split("\n").flatMap((line) => {
    const [front = "", back = ""] = line.split(" - ");
    const point = front.split(" ")[4];
    return point === undefined ? [] : [{ point: unescaped(point), type: back.split(" ")[0] ?? "" }];
  });
}

/** File systems of the kernel's own, in memory or on a disk of the machine. */
const local = new Set(
  (
    "bpf btrfs cgroup cgroup2 devpts devtmpfs ext2 ext3 ext4 f2fs hugetlbfs mqueue nsfs overlay proc ramfs rootfs " +
    "securityfs squashfs sysfs tmpfs vfat xfs zfs"
  ).split(" "),
);

/** Whether a call on a file never waits for a server or another process to answer, as with NFS or FUSE it may for ever. */
export function areLocal(mounts: readonly HostMount[]): boolean {
  return mounts.every(({ type }) => local.has(type));
}

/** The same of a folder in which nothing is mounted. */
export async function isLocalFolder(path: string): Promise<boolean> {
  const real = await realpath(path);
  const above = (await hostMounts()).filter(({ point }) => isAtOrBelow(real, point));
  const deepest = Math.max(...above.map(({ point }) => point.length));
  // Of several in one place the last is the one that is seen.
  const own = above.findLast(({ point }) => point.length === deepest);
  return own !== undefined && areLocal([own]);
}

/** The same of a tree of mounts that another process sees, by the place of its root. */
export async function isLocalTree(pid: number, root: string): Promise<boolean> {
  const real = await realpath(root);
  const within = (await hostMounts(pid)).filter(({ point }) => isAtOrBelow(point, real));
  return within.some(({ point }) => point === real) && areLocal(within);
}

function isAtOrBelow(path: string, above: string): boolean {
  return above === "/" || path === above || path.startsWith(`${above}/`);
}

/** Mounts by the kernel alone: helpers of mount(8) such as mount.nfs want other words than Docker's options have. */
export async function mount({ type, options, device, point }: WantedMount): Promise<void> {
  const given = options === "" ? [] : ["-o", options];
  await run("mount", ["--internal-only", "-t", type, ...given, "--", device, point]);
}

/** Puts an open folder or file in another place. */
export async function bindOpen(fd: number, point: string): Promise<void> {
  // By the engine's own descriptor: the command inherits none.
  await run("mount", ["--no-canonicalize", "--bind", "--", `/proc/${process.pid}/fd/${fd}`, point]);
}

/** Takes a mount away; who still uses it keeps it. */
export async function unmount(point: string): Promise<void> {
  await run("umount", ["--lazy", "--no-canonicalize", "--", point]);
}

interface WantedMount {
  readonly type: string;
  readonly options: string;
  readonly device: string;
  readonly point: string;
}

/** The kernel writes blanks and the like as octal numbers. */
function unescaped(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
