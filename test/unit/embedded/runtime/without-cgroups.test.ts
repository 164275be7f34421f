import { expect, test } from "vitest";
import type { OciConfig } from "../../../../src/embedded/runtime/oci.ts";
import { withoutCgroups } from "../../../../src/embedded/runtime/without-cgroups.ts";

const spec: OciConfig = {
  ociVersion: "1.0.2",
  process: {
    user: { uid: 0, gid: 0, additionalGids: [] },
    args: ["sh"],
    env: [],
    cwd: "/",
    capabilities: { bounding: [], effective: [], permitted: [] },
    noNewPrivileges: false,
    oomScoreAdj: 0,
  },
  root: { path: "m" },
  mounts: [
    { destination: "/dev/pts", type: "devpts", source: "devpts", options: ["mode=0620", "gid=5"] },
    { destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"] },
    { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["ro"] },
  ],
  linux: {
    sysctl: { "net.ipv4.ping_group_range": "0 2147483647", "net.ipv4.ip_unprivileged_port_start": "0" },
    resources: { devices: [{ allow: false, access: "rwm" }], memory: { limit: 64e6 } },
    cgroupsPath: "/tscompose/box",
    namespaces: [{ type: "mount" }],
  },
};

test("without control groups there are no limits, no group and no mount of them; groups that are named exist", () => {
  const { linux, mounts } = withoutCgroups(spec, { userCount: 65_536 });
  expect(linux).toEqual({
    sysctl: { "net.ipv4.ping_group_range": "0 65535", "net.ipv4.ip_unprivileged_port_start": "0" },
    namespaces: [{ type: "mount" }],
  });
  expect(mounts.map(({ destination, options }) => [destination, options])).toEqual([
    ["/dev/pts", ["mode=0620", "gid=5"]],
    ["/sys", ["ro"]],
  ]);
});

test("where root is alone, terminals belong to it", () => {
  const { linux, mounts } = withoutCgroups(spec, { userCount: 1 });
  expect(linux.sysctl?.["net.ipv4.ping_group_range"]).toBe("0 0");
  expect(mounts[0]?.options).toEqual(["mode=0620"]);
});
