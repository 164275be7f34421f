import type { HostConfig } from "../../docker-api/container.ts";
import type { OciMount } from "./oci.ts";
import { initPath } from "./process.ts";
import { isKernelAtLeast } from "./seccomp/profile.ts";

/** What is mounted because somebody asked for it; sources are absolute paths of the host. */
export type WishedMount = WishedBind | WishedTmpfs;

/** A folder or file of the host in the container: a bind mount, or a volume's folder. */
export interface WishedBind {
  readonly kind: "bind";
  readonly source: string;
  readonly destination: string;
  readonly isReadOnly: boolean;
  /** As of mount(8); none leaves it to the kernel, as Docker does with volumes. */
  readonly propagation?: string;
  /** Leaves out what is mounted below of the source. */
  readonly isNonRecursive?: boolean;
  /** Read-only does not reach what is mounted below of the source. */
  readonly isReadOnlyNonRecursive?: boolean;
}

/** Memory as a file system. */
export interface WishedTmpfs {
  readonly kind: "tmpfs";
  readonly destination: string;
  /** For mount(8), behind those of Docker: `size=1m,mode=700`. */
  readonly options: readonly string[];
}

/** What mounts depend on beside the request. */
export interface MountFacts {
  readonly mounts: readonly WishedMount[];
  /** Files of the host that appear in `/etc`; one that is mounted over by a wish is left out. */
  readonly etc: { readonly resolvConf: string; readonly hostname: string; readonly hosts: string } | undefined;
  /** The host's init program, when the container gets one. */
  readonly init: string | undefined;
  /** A folder of the host to be `/dev/shm`: the host's own, or one shared with another container. */
  readonly sharedMemory: string | undefined;
  readonly kernel: string;
  readonly hasWritableCgroups: boolean;
}

const defaultShmBytes = 64 * 1024 * 1024;
const guarded = ["nosuid", "noexec", "nodev"];

/** All mounts of a container, in the order in which they are made. */
export function mountsOf(host: HostConfig, facts: MountFacts): OciMount[] {
  const wished = facts.mounts.toSorted((one, other) => depth(one.destination) - depth(other.destination));
  const taken = new Set(wished.map(({ destination }) => cleaned(destination)));
  const isFree = (path: string): boolean => !taken.has(path) && !(taken.has("/dev") && path.startsWith("/dev/"));
  const own = [...kernelMounts(host, facts), ...initMounts(facts), ...etcMounts(facts)];
  const tmpfs = wished.filter((mount) => mount.kind === "tmpfs");
  const binds = wished.filter((mount) => mount.kind === "bind");
  const [beneath, above] = [own.filter(isBelow), own.filter((mount) => !isBelow(mount))];
  return [
    ...beneath.filter(({ destination }) => isFree(destination)),
    ...tmpfs.map(tmpfsMount),
    ...binds.map((bind) => bindMount(bind, facts.kernel)),
    ...above.filter(({ destination }) => isFree(destination)),
  ].map((mount) => (host.ReadonlyRootfs === true ? sealed(mount, taken) : mount));
}

/** Files of `/etc` come last: whoever mounts on `/etc` still finds them there. */
function isBelow({ destination }: OciMount): boolean {
  return !destination.startsWith("/etc/");
}

function kernelMounts(host: HostConfig, facts: MountFacts): OciMount[] {
  return [
    mount("/proc", "proc", "proc", guarded),
    mount("/dev", "tmpfs", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    mount("/dev/pts", "devpts", "devpts", ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
    mount("/sys", "sysfs", "sysfs", [...guarded, ...(host.Privileged === true ? [] : ["ro"])]),
    mount("/sys/fs/cgroup", "cgroup", "cgroup", [...(facts.hasWritableCgroups ? [] : ["ro"]), ...guarded]),
    mount("/dev/mqueue", "mqueue", "mqueue", guarded),
    facts.sharedMemory === undefined
      ? mount("/dev/shm", "tmpfs", "shm", [...guarded, "mode=1777", `size=${host.ShmSize || defaultShmBytes}`])
      : mount("/dev/shm", "bind", facts.sharedMemory, ["rbind", "rprivate"]),
  ];
}

function initMounts({ init }: MountFacts): OciMount[] {
  return init === undefined ? [] : [mount(initPath, "bind", init, ["bind", "ro"])];
}

function etcMounts({ etc }: MountFacts): OciMount[] {
  if (etc === undefined) return [];
  const files = { "resolv.conf": etc.resolvConf, hostname: etc.hostname, hosts: etc.hosts };
  return Object.entries(files).map(([name, source]) => mount(`/etc/${name}`, "bind", source, ["rbind", "rprivate"]));
}

function tmpfsMount({ destination, options }: WishedTmpfs): OciMount {
  const asked = new Set(options);
  // What is asked for wins over the guard: `--tmpfs /run:exec`.
  const guard = ["noexec", "nosuid", "nodev"].filter((option) => !asked.has(option.slice(2)) && !asked.has(option));
  return mount(destination, "tmpfs", "tmpfs", [...guard, "rprivate", ...options]);
}

function bindMount(bind: WishedBind, kernel: string): OciMount {
  // Since Linux 5.12 read-only reaches the mounts below as well.
  const isDeep = bind.isReadOnlyNonRecursive !== true && isKernelAtLeast(kernel, "5.12");
  return mount(bind.destination, "bind", bind.source, [
    bind.isNonRecursive === true ? "bind" : "rbind",
    ...(bind.isReadOnly ? [isDeep ? "rro" : "ro"] : []),
    ...(bind.propagation === undefined || bind.propagation === "" ? [] : [bind.propagation]),
  ]);
}

/** With a read-only root, only what was asked for and what no program can live without stays writable. */
function sealed(each: OciMount, wished: ReadonlySet<string>): OciMount {
  const stays = ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"].includes(each.destination);
  if (stays || wished.has(cleaned(each.destination)) || each.options.includes("ro")) return each;
  return { ...each, options: [...each.options, "ro"] };
}

function mount(destination: string, type: string, source: string, options: readonly string[]): OciMount {
  return { destination, type, source, options };
}

function depth(path: string): number {
  return cleaned(path).split("/").length;
}

function cleaned(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}
