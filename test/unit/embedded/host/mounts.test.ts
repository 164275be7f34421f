import { expect, test } from "vitest";
import { areLocal, hostMounts, isLocalFolder, isLocalTree } from "../../../../src/embedded/host/mounts.ts";

const mounted = (...types: readonly string[]) => types.map((type) => ({ point: `/${type}`, type }));

test("file systems of a server, or of another process, are not the machine's own", () => {
  expect(areLocal(mounted("overlay", "proc", "tmpfs", "devpts", "sysfs", "cgroup", "mqueue", "ext4"))).toBe(true);
  for (const type of ["nfs4", "cifs", "9p", "virtiofs", "fuse.sshfs", "fuse", "autofs", "ceph"]) {
    expect(areLocal(mounted("overlay", type, "ext4"))).toBe(false);
  }
});

test("a folder is on the file system that is mounted nearest above it", async () => {
  expect(await isLocalFolder("/proc/sys/net")).toBe(true);
  await expect(isLocalFolder("/proc/none")).rejects.toThrow("ENOENT");
});

test("a tree is what is mounted at its root and below; where nothing is mounted none is known", async () => {
  expect(await isLocalTree(process.pid, "/")).toBe(areLocal(await hostMounts()));
  expect(await isLocalTree(process.pid, "/proc")).toBe(true);
  expect(await isLocalTree(process.pid, "/proc/sys/net")).toBe(false);
});
