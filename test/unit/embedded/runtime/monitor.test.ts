import { expect, test } from "vitest";
import { monitorScript, mountsTable } from "../../../../src/embedded/runtime/monitor.ts";

const folders = { rootfs: "/run/t/c/1/m", upper: "/data/1/u", work: "/data/1/w", lower: ["/data/l2", "/data/l1"] };

test("the table of mounts has the overlay, and hides cgroup v2 where it has to", () => {
  const overlay = "overlay /run/t/c/1/m overlay lowerdir=/data/l2:/data/l1,upperdir=/data/1/u,workdir=/data/1/w 0 0\n";
  expect(mountsTable({ ...folders, hidesUnifiedCgroups: false, overlayOption: "" })).toBe(overlay);
  expect(mountsTable({ ...folders, hidesUnifiedCgroups: true, overlayOption: "" })).toBe(
    `${overlay}tscompose /sys/fs/cgroup/unified tmpfs mode=755 0 0\n`,
  );
});

test("names that a table would take for something else are written as it wants them", () => {
  const table = mountsTable({ ...folders, rootfs: "/my runs/#1\t\\m", hidesUnifiedCgroups: false, overlayOption: "" });
  expect(table.split(" ")[1]).toBe("/my\\040runs/\\0431\\011\\134m");
});

test("who has no network of its own gets none made", () => {
  const wishes = { runtime: "crun", command: "crun", hasInput: false, hasTerminal: false } as const;
  expect(monitorScript({ ...wishes, hasNetwork: true })).toContain("ip -batch ns.ip");
  expect(monitorScript({ ...wishes, hasNetwork: false })).not.toContain("ip -batch");
});
