import { statfs } from "node:fs/promises";

/** Docker's names of file systems, by the magic numbers of statfs(2). */
const names: Readonly<Record<number, string>> = {
  0xef53: "extfs",
  0x58465342: "xfs",
  0x9123683e: "btrfs",
  0x01021994: "tmpfs",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "zfs",
  0xf2f52010: "f2fs",
};

/** The kind of file system that a folder is on: `extfs`; `<unknown>` for one that Docker has no name for. */
export async function fileSystemOf(folder: string): Promise<string> {
  const { type } = await statfs(folder);
  return names[type] ?? "<unknown>";
}
