import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

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
}

const programs: readonly Program[] = [
  { name: "crun", purpose: "starts containers", packages: { "*": "crun" } },
  { name: "nft", purpose: "publishes ports", packages: { "*": "nftables" } },
  { name: "ip", purpose: "connects networks", packages: { dnf: "iproute", "*": "iproute2" } },
  { name: "unshare", purpose: "keeps mounts private", packages: { "*": "util-linux" } },
  { name: "mount", purpose: "mounts images", packages: { "*": "util-linux" } },
  {
    name: "script",
    purpose: "gives containers terminals",
    packages: { apt: "bsdutils", dnf: "util-linux-script", "*": "util-linux" },
  },
  { name: "stty", purpose: "gives containers terminals", packages: { "*": "coreutils" } },
  { name: "tar", purpose: "unpacks images", packages: { "*": "tar" } },
];

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

/** Looks for all that the engine needs of this machine; nothing is missing when it is empty. */
export function missingPieces(): readonly MissingPiece[] {
  return [...missingPrograms(), ...missingFileSystem(), ...missingControllers()];
}

function missingPrograms(): readonly MissingPiece[] {
  const manager = packageManager(textOf("/etc/os-release"));
  return programs
    .filter(({ name }) => !isOnPath(name))
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

function isOnPath(program: string): boolean {
  const folders = `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`.split(":");
  return folders.some((folder) => {
    try {
      accessSync(join(folder || ".", program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A kernel that has it as a module tells of it only once it is loaded. */
function missingFileSystem(): readonly MissingPiece[] {
  const isLoaded = /\toverlay$/m.test(textOf("/proc/filesystems"));
  const modules = `/lib/modules/${textOf("/proc/sys/kernel/osrelease").trim()}/modules.dep`;
  if (isLoaded || /\/overlay\.ko/.test(textOf(modules))) return [];
  return [{ name: "overlayfs", purpose: "layers images", hint: "use a kernel with CONFIG_OVERLAY_FS" }];
}

function missingControllers(): readonly MissingPiece[] {
  const unified = textOf("/sys/fs/cgroup/cgroup.controllers");
  const [version, found] =
    unified === "" ? (["1", foldersOf("/sys/fs/cgroup")] as const) : (["2", unified.trim().split(" ")] as const);
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
