import { expect, test } from "vitest";
import { missingPieces, type Surroundings } from "../../../../src/embedded/host/requirements.ts";

const debian: Surroundings = {
  osRelease: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n',
  kernel: "6.1.0-13-amd64",
  fileSystems: "nodev\tproc\nnodev\toverlay\n\text4\n",
  modules: "",
  unifiedControllers: "cpuset cpu io memory hugetlb pids rdma misc\n",
  controllerFolders: [],
  kernelSettings: () => "",
  programPath: (name) => `/usr/bin/${name}`,
};

const root = { isRootless: false };
const user = { isRootless: true };

const without = (...names: readonly string[]): Pick<Surroundings, "programPath"> => ({
  programPath: (name) => (names.includes(name) ? undefined : `/usr/bin/${name}`),
});

const hintOf = (changes: Partial<Surroundings>, who = root): readonly string[] =>
  missingPieces(who, { ...debian, ...changes }).map(({ name, hint }) => `${name}: ${hint}`);

test("nothing is missing on a machine that has all", () => {
  expect(missingPieces(root, debian)).toEqual([]);
  expect(hintOf({ fileSystems: "", modules: "kernel/fs/overlayfs/overlay.ko.xz:\n" })).toEqual([]);
  const controllerFolders = ["cpu", "cpuacct", "devices", "freezer", "memory", "pids"];
  expect(hintOf({ unifiedControllers: "", controllerFolders })).toEqual([]);
});

test.each([
  ["ID=debian", "ip: sudo apt-get install iproute2", "mount: sudo apt-get install mount"],
  ["ID=ubuntu\nID_LIKE=debian", "ip: sudo apt-get install iproute2", "mount: sudo apt-get install mount"],
  ["ID=fedora", "ip: sudo dnf install iproute", "mount: sudo dnf install util-linux"],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"', "ip: sudo dnf install iproute", "mount: sudo dnf install util-linux"],
  ["ID=alpine", "ip: sudo apk add iproute2", "mount: sudo apk add util-linux"],
  ["ID=arch", "ip: sudo pacman -S iproute2", "mount: sudo pacman -S util-linux"],
  [
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"',
    "ip: sudo zypper install iproute2",
    "mount: sudo zypper install util-linux",
  ],
  ["ID=nixos", "ip: install the package iproute2", "mount: install the package util-linux"],
])("%j is told its own packages", (osRelease, ...hints) => {
  expect(hintOf({ osRelease, ...without("ip", "mount") })).toEqual(hints);
});

test("runc stands in for crun, which is what is recommended", () => {
  expect(hintOf(without("crun"))).toEqual([]);
  expect(hintOf(without("crun", "runc"))).toEqual(["crun: sudo apt-get install crun"]);
});

test("programs of busybox do not count where they are asked for more than they can", () => {
  const programPath = (name: string): string =>
    name === "crun" || name === "nft" ? `/usr/bin/${name}` : "/bin/busybox";
  expect(hintOf({ osRelease: "ID=alpine", programPath })).toEqual([
    "ip: sudo apk add iproute2",
    "unshare: sudo apk add util-linux",
    "nsenter: sudo apk add util-linux",
    "mount: sudo apk add util-linux",
    "script: sudo apk add util-linux",
    "tar: sudo apk add tar",
  ]);
});

test("an old kernel, one without overlayfs, and controllers that are not there are told", () => {
  expect(hintOf({ kernel: "4.19.0-26-amd64" })).toEqual([
    "Linux 5.2 or newer: upgrade the system: this kernel is 4.19.0-26-amd64",
  ]);
  expect(hintOf({ kernel: "5.10.0" })).toEqual([]);
  expect(hintOf({ fileSystems: "" })).toEqual(["overlayfs: use a kernel with CONFIG_OVERLAY_FS"]);
  expect(hintOf({ unifiedControllers: "cpu pids" })).toEqual([
    "cgroup controller memory: boot with systemd.unified_cgroup_hierarchy=1, or delegate it",
  ]);
});

test("an ordinary user needs no control groups, but crun itself, a newer kernel and user namespaces", () => {
  expect(hintOf({ unifiedControllers: "", programPath: (name) => `/usr/bin/${name}` }, user)).toEqual([]);
  expect(hintOf(without("crun", "flock"), user)).toEqual([
    "crun: sudo apt-get install crun",
    "flock: sudo apt-get install util-linux",
  ]);
  expect(hintOf({ kernel: "5.10.0" }, user)).toEqual([
    "Linux 5.11 or newer: upgrade the system: this kernel is 5.10.0",
  ]);
});

test.each([
  ["user.max_user_namespaces", "0", "15000"],
  ["kernel.unprivileged_userns_clone", "0", "1"],
  ["kernel.apparmor_restrict_unprivileged_userns", "1", "0"],
])("that %s keeps users from namespaces is told with what helps", (setting, off, on) => {
  const kernelSettings = (name: string): string => (name === setting ? off : "");
  const hint = `user namespaces for ordinary users: sudo sysctl -w ${setting}=${on}`;
  expect(hintOf({ kernelSettings }, user)).toEqual([hint]);
  expect(hintOf({ kernelSettings })).toEqual([]);
});
