import { lstatSync, readdirSync, statSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { OciDevice } from "../runtime/oci.ts";

/** Folders of `/dev` that a container makes anew for itself, and what else is no device of the host. */
const own = new Set("pts shm fd mqueue console .lxc .lxd-mounts .udev".split(" "));

/** A device of the host under its path in the container; of a folder, each device in it. Throws when there is none. */
export function devicesAt(pathOnHost: string, pathInContainer: string): OciDevice[] {
  const status = statSync(pathOnHost);
  if (!status.isDirectory()) return [deviceOf(status, pathInContainer, pathOnHost)];
  const found = listed(pathOnHost, pathInContainer);
  if (found.length === 0) throw new Error(`no devices in ${pathOnHost}`);
  return found;
}

/** Every device of the host. */
export function hostDevices(): OciDevice[] {
  return listed("/dev", "/dev");
}

/** Numbers of a block device of the host. Throws for what is none. */
export function blockDevice(path: string): { readonly major: number; readonly minor: number } {
  const status = statSync(path);
  if (!status.isBlockDevice()) throw new Error(`${path}: is no block device`);
  return numbersOf(status.rdev);
}

function listed(folder: string, shown: string): OciDevice[] {
  return readdirSync(folder).flatMap((name) => {
    if (own.has(name)) return [];
    const path = join(folder, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    if (status.isDirectory()) return listed(path, join(shown, name));
    return status.isCharacterDevice() || status.isBlockDevice() ? [deviceOf(status, join(shown, name), path)] : [];
  });
}

function deviceOf(status: Stats, path: string, onHost: string): OciDevice {
  if (!status.isCharacterDevice() && !status.isBlockDevice()) throw new Error(`${onHost}: is not a device node`);
  const type = status.isBlockDevice() ? "b" : "c";
  const { mode, uid, gid } = status;
  return { path, type, ...numbersOf(status.rdev), fileMode: mode & 0o777, uid, gid };
}

/** As glibc's gnu_dev_major(3) and gnu_dev_minor(3) take it apart; beyond 32 bits no kernel gives numbers. */
function numbersOf(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xf_ff00) };
}
