import { expect, test } from "vitest";
import { areLocal } from "../../../../src/embedded/host/mounts.ts";

const mounted = (...types: readonly string[]) => types.map((type) => ({ point: `/${type}`, type }));

test("file systems of a server, or of another process, are not the machine's own", () => {
  expect(areLocal(mounted("overlay", "proc", "tmpfs", "devpts", "sysfs", "cgroup", "mqueue", "ext4"))).toBe(true);
  for (const type of ["nfs4", "cifs", "9p", "virtiofs", "fuse.sshfs", "fuse", "autofs", "ceph"]) {
    expect(areLocal(mounted("overlay", type, "ext4"))).toBe(false);
  }
});
