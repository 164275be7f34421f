import { readdirSync, readFileSync } from "node:fs";
import { programPath } from "./program-path.ts";

/** Something that the engine cannot do without and that this machine does not have. */
export interface MissingPiece {
  /** As it is called: `crun`, `overlayfs`, `cgroup controller memory`. */
  readonly name: string;
  readonly purpose: string;
  /** What to type. */
  readonly hint: string;
}

interface Program {
  readonly name: string;
  readonly purpose: string;
  /** Where it is not named like the program; by the package manager, `*` for all others. */
  readonly packages: Readonly<Record<string, string>>;
  /** Another program that can stand in for it. */
  readonly orElse?: string;
  /** The one of busybox lacks what is asked of it. */
  readonly isMoreThanBusybox?: boolean;
}

const utilLinux = { packages: { "*": "util-linux" }, isMoreThanBusybox: true };

const programs: readonly Program[] = [
  { name: "crun", purpose: "starts containers", packages: { "*": "crun" }, orElse: "runc" },
  { name: "nft", purpose: "publishes ports", packages: { "*": "nftables" } },
  {
    name: "ip",
    purpose: "connects networks",
    packages: { dnf: "iproute", "*": "iproute2" },
    isMoreThanBusybox: true,
  },
  { name: "unshare", purpose: "keeps mounts private", ...utilLinux },
  { name: "nsenter", purpose: "connects networks of what runs", ...utilLinux },
  { ...utilLinux, name: "mount", purpose: "mounts images", packages: { apt: "mount", "*": "util-linux" } },
  {
    ...utilLinux,
    name: "script",
    purpose: "gives containers terminals",
    packages: { apt: "bsdutils", dnf: "util-linux-script", "*": "util-linux" },
  },
  { name: "split", purpose: "keeps what containers write", packages: { "*": "coreutils" } },
  { name: "stty", purpose: "gives containers terminals", packages: { "*": "coreutils" } },
  { name: "tar", purpose: "unpacks images", packages: { "*": "tar" }, isMoreThanBusybox: true },
];

/** What an ordinary user's engine takes beside; there runc does not stand in for crun. */
const rootlessPrograms: readonly Program[] = [
  { name: "crun", purpose: "starts containers without control groups", packages: { "*": "crun" } },
  { name: "flock", purpose: "keeps one set of namespaces", ...utilLinux },
];

/** What a kernel has to be, and why. */
interface KernelNeed {
  readonly version: readonly [number, number];
  readonly purpose: string;
}

/** NAT of IPv4 and IPv6 in one table, which the firewall is written in. */
const oldestKernel: KernelNeed = { version: [5, 2], purpose: "publishes ports" };
/** Overlays of users. */
const oldestKernelForUsers: KernelNeed = { version: [5, 11], purpose: "layers images for an ordinary user" };

const installers: Readonly<Record<string, string>> = {
  apt: "apt-get install",
  dnf: "dnf install",
  apk: "apk add",
  pacman: "pacman -S",
  zypper: "zypper install",
};

const managers: readonly (readonly [distributions: RegExp, manager: string])[] = [
  [/debian|ubuntu/, "apt"],
  [/fedora|rhel|centos/, "dnf"],
  [/alpine/, "apk"],
  [/arch/, "pacman"],
  [/suse/, "zypper"],
];

const controllers = { "1": ["cpu", "cpuacct", "devices", "freezer", "memory", "pids"], "2": ["cpu", "memory", "pids"] };

/** What decides whether the engine works on a machine; all as the kernel or the distribution has it. */
export interface Surroundings {
  /** Content of `/etc/os-release`. */
  readonly osRelease: string;
  /** `6.1.0-13-amd64` */
  readonly kernel: string;
  /** Content of `/proc/filesystems`. */
  readonly fileSystems: string;
  /** Content of the `modules.dep` of this kernel: a module tells of its file system only once it is loaded. */
  readonly modules: string;
  /** Content of `cgroup.controllers`; empty for cgroup v1. */
  readonly unifiedControllers: string;
  /** Folders of cgroup v1. */
  readonly controllerFolders: readonly string[];
  /** A setting as sysctl(8) names it; empty where the kernel has none of that name. */
  readonly kernelSettings: (name: string) => string;
  /** Path of a program with all links followed; `undefined` when it is not installed. */
  readonly programPath: (name: string) => string | undefined;
}

/** Looks for all that the engine needs of this machine; nothing is missing when it is empty. */
export function missingPieces(
  { isRootless }: { readonly isRootless: boolean },
  around: Surroundings = surroundings(),
): readonly MissingPiece[] {
  return [
    ...missingPrograms(isRootless ? [...programs, ...rootlessPrograms] : programs, around),
    ...missingKernel(isRootless ? oldestKernelForUsers : oldestKernel, around),
    ...missingFileSystem(around),
    ...(isRootless ? missingUserNamespaces(around) : missingControllers(around)),
  ];
}

function surroundings(): Surroundings {
  const kernel = textOf("/proc/sys/kernel/osrelease").trim();
  return {
    osRelease: textOf("/etc/os-release"),
    kernel,
    fileSystems: textOf("/proc/filesystems"),
    modules: textOf(`/lib/modules/${kernel}/modules.dep`),
    unifiedControllers: textOf("/sys/fs/cgroup/cgroup.controllers"),
    controllerFolders: foldersOf("/sys/fs/cgroup"),
    kernelSettings: (name) => textOf(`/proc/sys/${name.replaceAll(".", "/")}`).trim(),
    programPath,
  };
}

function missingPrograms(
  wanted: readonly Program[],
  { osRelease, programPath: find }: Surroundings,
): readonly MissingPiece[] {
  const manager = packageManager(osRelease);
  return wanted
    .filter(({ name, orElse, isMoreThanBusybox = false }) => {
      const path = find(name) ?? (orElse === undefined ? undefined : find(orElse));
      return path === undefined || (isMoreThanBusybox && /\/(busybox|toybox)[^/]*$/.test(path));
    })
    .map(({ name, purpose, packages }) => ({ name, purpose, hint: installHint(packages, manager) }));
}

/** Names the package manager of a distribution by its `os-release`; `undefined` for one we do not know. */
export function packageManager(osRelease: string): string | undefined {
  const named = [...osRelease.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].map(([, value]) => value).join(" ");
  return managers.find(([distributions]) => distributions.test(named))?.[1];
}

function installHint(packages: Readonly<Record<string, string>>, manager: string | undefined): string {
  const name = packages[manager ?? "*"] ?? packages["*"] ?? "";
  return manager === undefined ? `install the package ${name}` : `sudo ${installers[manager] ?? ""} ${name}`;
}

function missingKernel({ version, purpose }: KernelNeed, { kernel }: Surroundings): readonly MissingPiece[] {
  const [major = 0, minor = 0] = kernel.split(".").map((part) => Number.parseInt(part, 10));
  const [leastMajor, leastMinor] = version;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return [];
  const hint = `upgrade the system: this kernel is ${kernel}`;
  return [{ name: `Linux ${version.join(".")} or newer`, purpose, hint }];
}

/** Distributions have switches of their own, beside the kernel's. */
function missingUserNamespaces({ kernelSettings }: Surroundings): readonly MissingPiece[] {
  const switches: readonly (readonly [setting: string, off: string, on: string])[] = [
    ["user.max_user_namespaces", "0", "15000"],
    ["kernel.unprivileged_userns_clone", "0", "1"],
    ["kernel.apparmor_restrict_unprivileged_userns", "1", "0"],
  ];
  return switches
    .filter(([setting, off]) => kernelSettings(setting) === off)
    .map(([setting, , on]) => ({
      name: "user namespaces for ordinary users",
      purpose: "make a user root of containers",
      hint: `sudo sysctl -w ${setting}=${on}`,
    }));
}

function missingFileSystem({ fileSystems, modules }: Surroundings): readonly MissingPiece[] {
  if (/\toverlay$/m.test(fileSystems) || /\/overlay\.ko/.test(modules)) return [];
  return [{ name: "overlayfs", purpose: "layers images", hint: "use a kernel with CONFIG_OVERLAY_FS" }];
}

function missingControllers({ unifiedControllers, controllerFolders }: Surroundings): readonly MissingPiece[] {
  const [version, found] =
    unifiedControllers === ""
      ? (["1", controllerFolders] as const)
      : (["2", unifiedControllers.trim().split(" ")] as const);
  const hint =
    version === "2" ? "boot with systemd.unified_cgroup_hierarchy=1, or delegate it" : "mount it: cgroupfs-mount";
  return controllers[version]
    .filter((controller) => !found.includes(controller))
    .map((controller) => ({ name: `cgroup controller ${controller}`, purpose: "limits containers", hint }));
}

function foldersOf(path: string): readonly string[] {
  try {
    return readdirSync(path).flatMap((name) => name.split(","));
  } catch {
    return [];
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
