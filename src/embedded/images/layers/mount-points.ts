import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Fills a folder with the files and folders that are mounted over in every container, as Docker's "init layer" does:
 * without it a start would make them in the container's own layer, where they look like changes of the container.
 */
export async function makeMountPoints(folder: string): Promise<void> {
  for (const name of ["", "dev", "dev/pts", "dev/shm", "proc", "sys", "etc"]) {
    const path = join(folder, name);
    await mkdir(path, { recursive: true });
    // Whatever the engine's umask: everybody in a container passes through these.
    await chmod(path, 0o755);
  }
  for (const name of [".dockerenv", "dev/console", "etc/hosts", "etc/hostname", "etc/resolv.conf"]) {
    await writeFile(join(folder, name), "");
    await chmod(join(folder, name), name.startsWith("etc/") ? 0o644 : 0o755);
  }
  await symlink("/proc/mounts", join(folder, "etc/mtab")).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
}
