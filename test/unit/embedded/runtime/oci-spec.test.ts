import { describe, expect, test } from "vitest";
import type { HostConfig } from "../../../../src/docker-api/container.ts";
import type { ContainerConfig } from "../../../../src/embedded/containers/container.ts";
import { ociJson } from "../../../../src/embedded/runtime/oci.ts";
import { checkIsolation, ociSpec, type SpecFacts } from "../../../../src/embedded/runtime/oci-spec.ts";

const facts: SpecFacts = {
  rootPath: "m",
  hostname: "box",
  user: { uid: 0, gid: 0, additionalGids: [0] },
  namespaces: { network: "/run/netns/box", ipc: "own", pid: "own", uts: "own", cgroup: "host" },
  sysctls: {},
  cgroupPath: "/tscompose/box",
  mounts: [],
  etc: { resolvConf: "/c/resolv.conf", hostname: "/c/hostname", hosts: "/c/hosts" },
  init: undefined,
  sharedMemory: undefined,
  devices: { asked: [], ofHost: [] },
  limits: {
    hasCgroups: true,
    cgroupVersion: 1,
    countsSwap: true,
    hasCpusets: true,
    weighsBlocks: true,
    blockDevice: () => ({ major: 254, minor: 0 }),
  },
  host: {
    machine: "x64",
    kernel: "6.1.0-13",
    hasSeccomp: true,
    apparmor: { kind: "off", why: "no AppArmor" },
    mayGrant: () => true,
  },
};

function spec(
  config: ContainerConfig,
  host: HostConfig = {},
  changes: Partial<SpecFacts> = {},
): ReturnType<typeof ociSpec> {
  return ociSpec(config, host, { ...facts, ...changes });
}

const mountAt = (made: ReturnType<typeof ociSpec>, path: string): string => {
  const { type, source, options } = made.mounts.find(({ destination }) => destination === path) ?? { options: [] };
  return `${type} ${source} ${options.join(",")}`;
};

describe("the first process", () => {
  test("runs entrypoint and command in the image's environment", () => {
    const { process } = spec({ Entrypoint: ["/bin/sh", "-c"], Cmd: ["id"], Env: ["A=1", "PATH=/bin", "B"] });
    expect(process.args).toEqual(["/bin/sh", "-c", "id"]);
    expect(process.env).toEqual(["PATH=/bin", "HOSTNAME=box", "A=1"]);
    expect(process.cwd).toBe("/");
  });

  test("of a terminal has one of the size asked for, and its type", () => {
    const { process } = spec({ Cmd: ["sh"], Tty: true }, { ConsoleSize: [24, 80] });
    expect(process).toMatchObject({ terminal: true, consoleSize: { height: 24, width: 80 } });
    expect(process.env).toContain("TERM=xterm");
  });

  test("is started by the init that the container asks for", () => {
    const made = spec({ Cmd: ["top"] }, { Init: true }, { init: "/usr/bin/tini" });
    expect(made.process.args).toEqual(["/sbin/docker-init", "--", "top"]);
    expect(mountAt(made, "/sbin/docker-init")).toBe("bind /usr/bin/tini bind,ro");
  });

  test("keeps to its limits; no limit is the largest number of the kernel", () => {
    const { process } = spec({ Cmd: ["x"] }, { Ulimits: [{ Name: "core", Soft: -1, Hard: -1 }] });
    expect(ociJson(process)).toContain(
      '{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615}',
    );
    expect(() => spec({ Cmd: ["x"] }, { Ulimits: [{ Name: "nofile", Soft: 2, Hard: 1 }] })).toThrow(/soft limit/);
  });

  test.each<[string, HostConfig, readonly string[]]>([
    ["adds to the defaults", { CapAdd: ["net_admin"] }, ["CAP_CHOWN", "CAP_NET_ADMIN"]],
    ["drops all but what is added", { CapDrop: ["ALL"], CapAdd: ["CAP_KILL"] }, ["CAP_KILL"]],
    ["takes all but what is dropped", { CapAdd: ["ALL"], CapDrop: ["MKNOD"] }, ["CAP_SYS_ADMIN", "CAP_CHOWN"]],
    ["is not bounded when privileged", { Privileged: true }, ["CAP_SYS_MODULE", "CAP_CHECKPOINT_RESTORE"]],
  ])("%s", (_what, host, some) => {
    const { bounding, effective, permitted } = spec({ Cmd: ["x"] }, host).process.capabilities;
    expect(bounding).toEqual(expect.arrayContaining([...some]));
    expect(bounding).not.toContain("ALL");
    for (const dropped of host.CapDrop ?? []) expect(bounding).not.toContain(`CAP_${dropped}`);
    if (host.CapDrop?.includes("ALL") === true) expect(bounding).toEqual(some);
    expect([effective, permitted]).toEqual([bounding, bounding]);
  });

  test("has Docker's fourteen capabilities, gains no privileges when asked, and is confined where AppArmor is", () => {
    expect(spec({ Cmd: ["x"] }).process.capabilities.bounding).toHaveLength(14);
    expect(spec({ Cmd: ["x"] }).process.noNewPrivileges).toBe(false);
    const host = { ...facts.host, apparmor: { kind: "on", defaultProfile: "docker-default" } } as const;
    const { process } = spec({ Cmd: ["x"] }, { SecurityOpt: ["no-new-privileges:true"] }, { host });
    expect(process).toMatchObject({ noNewPrivileges: true, apparmorProfile: "docker-default" });
    expect(spec({ Cmd: ["x"] }, { Privileged: true }, { host }).process.apparmorProfile).toBeUndefined();
  });
});

describe("mounts", () => {
  test("are Docker's: kernel file systems first, then tmpfs, binds by depth, and files of /etc last", () => {
    const made = spec(
      { Cmd: ["x"] },
      {},
      {
        mounts: [
          { kind: "bind", source: "/h/deep", destination: "/a/b/c", isReadOnly: true, propagation: "rprivate" },
          { kind: "bind", source: "/h/top", destination: "/a", isReadOnly: false },
          { kind: "tmpfs", destination: "/t", options: ["exec", "size=1m"] },
        ],
      },
    );
    expect(made.mounts.map(({ destination }) => destination)).toEqual([
      ..."/proc /dev /dev/pts /sys /sys/fs/cgroup /dev/mqueue /dev/shm /t /a /a/b/c".split(" "),
      ..."/etc/resolv.conf /etc/hostname /etc/hosts".split(" "),
    ]);
    expect(mountAt(made, "/t")).toBe("tmpfs tmpfs nosuid,nodev,rprivate,exec,size=1m");
    expect(mountAt(made, "/a/b/c")).toBe("bind /h/deep rbind,rro,rprivate");
    expect(mountAt(made, "/a")).toBe("bind /h/top rbind");
    expect(mountAt(made, "/sys")).toBe("sysfs sysfs nosuid,noexec,nodev,ro");
    expect(mountAt(made, "/dev/shm")).toBe("tmpfs shm nosuid,noexec,nodev,mode=1777,size=67108864");
  });

  test("that are wished for take the place of the engine's own", () => {
    const mounts = [{ kind: "bind", source: "/dev", destination: "/dev/", isReadOnly: false }] as const;
    const paths = spec({ Cmd: ["x"] }, {}, { mounts }).mounts.map(({ destination }) => destination);
    expect(paths.filter((path) => path.startsWith("/dev"))).toEqual(["/dev/"]);
  });

  test("of an old kernel are read-only at their top only", () => {
    const mounts = [{ kind: "bind", source: "/h", destination: "/h", isReadOnly: true }] as const;
    const host = { ...facts.host, kernel: "5.10.0" };
    expect(mountAt(spec({ Cmd: ["x"] }, {}, { mounts, host }), "/h")).toBe("bind /h rbind,ro");
  });

  test("stay writable on a read-only root only where asked for or needed", () => {
    const mounts = [{ kind: "bind", source: "/h", destination: "/h", isReadOnly: false }] as const;
    const made = spec({ Cmd: ["x"] }, { ReadonlyRootfs: true }, { mounts });
    expect(made.root).toEqual({ path: "m", readonly: true });
    const sealed = made.mounts.filter(({ options }) => options.includes("ro")).map(({ destination }) => destination);
    expect(sealed).toEqual(["/sys", "/sys/fs/cgroup", "/etc/resolv.conf", "/etc/hostname", "/etc/hosts"]);
  });

  test("let propagation through the root", () => {
    const mounts = [
      { kind: "bind", source: "/h", destination: "/h", isReadOnly: false, propagation: "rslave" },
    ] as const;
    expect(spec({ Cmd: ["x"] }, {}, { mounts }).linux.rootfsPropagation).toBe("rslave");
  });
});

describe("isolation", () => {
  test("hides and protects the kernel's paths, unless privileged or told otherwise", () => {
    const { linux } = spec({ Cmd: ["x"] });
    expect(linux.maskedPaths).toContain("/proc/kcore");
    expect(linux.readonlyPaths).toContain("/proc/sys");
    expect(spec({ Cmd: ["x"] }, { MaskedPaths: [], ReadonlyPaths: [] }).linux.maskedPaths).toEqual([]);
    const open = spec({ Cmd: ["x"] }, { Privileged: true });
    expect([open.linux.maskedPaths, open.linux.readonlyPaths, open.linux.seccomp]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(mountAt(open, "/sys")).toBe("sysfs sysfs nosuid,noexec,nodev");
    expect(open.linux.resources.devices).toEqual([{ allow: true, access: "rwm" }]);
  });

  test("joins the namespaces of others, and keeps its own name only in its own", () => {
    const namespaces = { network: "host", ipc: "/proc/7/ns/ipc", pid: "host", uts: "host", cgroup: "own" } as const;
    const made = spec({ Cmd: ["x"] }, {}, { namespaces });
    expect(made.linux.namespaces).toEqual([
      { type: "mount" },
      { type: "ipc", path: "/proc/7/ns/ipc" },
      { type: "cgroup" },
    ]);
    expect(made.hostname).toBeUndefined();
    expect(made.linux.sysctl).toEqual({});
    expect(spec({ Cmd: ["x"] }).linux.sysctl).toMatchObject({ "net.ipv4.ip_unprivileged_port_start": "0" });
  });

  test("opens the devices asked for, and no other", () => {
    const device = { path: "/dev/xnull", type: "c", major: 1, minor: 3, fileMode: 0o666, uid: 0, gid: 0 } as const;
    const devices = { asked: [{ device, access: "r" }], ofHost: [{ ...device, path: "/dev/other" }] };
    const { linux } = spec({ Cmd: ["x"] }, { DeviceCgroupRules: ["c 10:* rw"] }, { devices });
    expect(linux.devices).toEqual([device]);
    expect(linux.resources.devices[0]).toEqual({ allow: false, access: "rwm" });
    expect(linux.resources.devices.slice(-2)).toEqual([
      { allow: true, type: "c", major: 1, minor: 3, access: "r" },
      { allow: true, type: "c", major: 10, access: "rw" },
    ]);
  });

  test.each<[string, HostConfig]>([
    ["an unknown capability", { CapAdd: ["FLY"] }],
    ["an unknown security option", { SecurityOpt: ["magic"] }],
    ["a broken seccomp profile", { SecurityOpt: ["seccomp={"] }],
    ["a user namespace", { UsernsMode: "private" }],
    ["too little memory", { Memory: 1 }],
    ["less swap than memory", { Memory: 8e6, MemorySwap: 7e6 }],
    ["two ways to share processors", { NanoCpus: 1e9, CpuQuota: 5000 }],
    ["a rule for no device", { DeviceCgroupRules: ["x 1:3 r"] }],
    ["an AppArmor profile where there is no AppArmor", { SecurityOpt: ["apparmor=web"] }],
    ["a label of SELinux", { SecurityOpt: ["label=type:web_t"] }],
  ])("refuses %s", (_what, host) => {
    expect(() => checkIsolation(host, facts.host)).toThrow(expect.objectContaining({ status: 400 }));
  });

  test("takes what confines no further than it can, and any profile where there is AppArmor", () => {
    const on = { apparmor: { kind: "on", defaultProfile: "docker-default" } } as const;
    checkIsolation({ SecurityOpt: ["apparmor=unconfined", "label:disable"] }, facts.host);
    checkIsolation({ SecurityOpt: ["apparmor:web"] }, on);
    expect(
      spec({ Cmd: ["x"] }, { SecurityOpt: ["apparmor:web"] }, { host: { ...facts.host, ...on } }).process,
    ).toMatchObject({
      apparmorProfile: "web",
    });
  });
});

describe("limits", () => {
  test("are told in the terms of the runtime", () => {
    const { resources } = spec(
      { Cmd: ["x"] },
      {
        Memory: 64e6,
        MemoryReservation: 10e6,
        NanoCpus: 5e8,
        CpuShares: 5,
        CpusetCpus: "0",
        PidsLimit: 9,
        BlkioWeight: 300,
        BlkioDeviceReadBps: [{ Path: "/dev/vda", Rate: 100 }],
      },
    ).linux;
    expect(resources).toMatchObject({
      memory: { limit: 64e6, swap: 128e6, reservation: 10e6 },
      cpu: { quota: 50_000, period: 100_000, shares: 5, cpus: "0" },
      pids: { limit: 9 },
      blockIO: { weight: 300, throttleReadBpsDevice: [{ major: 254, minor: 0, rate: 100 }] },
    });
  });

  test("are told alike for cgroup v2, which the runtime translates, but for what only v1 has", () => {
    const limits = { ...facts.limits, cgroupVersion: 2 } as const;
    const shared = { Memory: 64e6, MemorySwap: -1, CpuShares: 512, CpusetMems: "0", PidsLimit: 9, BlkioWeight: 300 };
    const host = { ...shared, MemorySwappiness: 5, OomKillDisable: true };
    const { linux, mounts } = spec({ Cmd: ["x"] }, host, {
      limits,
      namespaces: { ...facts.namespaces, cgroup: "own" },
    });
    expect(linux.resources).toEqual(spec({ Cmd: ["x"] }, shared).linux.resources);
    expect(linux.namespaces).toContainEqual({ type: "cgroup" });
    expect(mounts.find(({ destination }) => destination === "/sys/fs/cgroup")?.options).toContain("ro");
  });

  test("that the kernel cannot keep, or that are none, are left out", () => {
    const limits = { ...facts.limits, cgroupVersion: 2, countsSwap: false, weighsBlocks: false } as const;
    const host = { Memory: 64e6, MemorySwappiness: 5, OomKillDisable: true, PidsLimit: -1, BlkioWeight: 300 };
    const { memory, pids, blockIO, cpu } = spec({ Cmd: ["x"] }, host, { limits }).linux.resources;
    expect({ memory, pids, blockIO, cpu }).toEqual({ memory: { limit: 64e6 } });
  });
});
