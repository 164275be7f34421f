import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { badRequest } from "../api/http-error.ts";
import { hostMounts, mount, unmount } from "../host/mounts.ts";
import type { ContainerDocument } from "./container.ts";
import type { ContainerRooms } from "./rooms.ts";

/**
 * The folder of the host that is a container's `/dev/shm`; `undefined` for one that only the container has. Who lets
 * others join its IPC namespace has it on the host, for them to mount, too. Throws 400 for who wants to join another's
 * that is not for sharing, as dockerd does.
 */
export async function sharedMemoryOf(
  { paths, register }: Pick<ContainerRooms, "paths" | "register">,
  { id, hostConfig }: ContainerDocument,
): Promise<string | undefined> {
  const { IpcMode = "", ShmSize = 0 } = hostConfig;
  if (IpcMode === "host") return "/dev/shm";
  if (IpcMode === "shareable") return makeFolder(folderOf(paths, id), ShmSize);
  if (!IpcMode.startsWith("container:")) return undefined;
  const donor = register.get(IpcMode.slice("container:".length));
  if (donor.hostConfig.IpcMode === "host") return "/dev/shm";
  if (donor.hostConfig.IpcMode === "shareable") return folderOf(paths, donor.id);
  throw badRequest(
    `can't join IPC of container ${donor.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`,
  );
}

/** Takes it from the host; containers that share it keep it until they end. */
export async function releaseSharedMemory({ paths }: Pick<ContainerRooms, "paths">, id: string): Promise<void> {
  const folder = folderOf(paths, id);
  for (const { point } of await hostMounts()) if (point === folder) await unmount(point);
  await rm(folder, { recursive: true, force: true });
}

function folderOf(paths: ContainerRooms["paths"], id: string): string {
  return join(paths.container(id).data, "shm");
}

async function makeFolder(point: string, bytes: number): Promise<string> {
  await mkdir(point, { recursive: true, mode: 0o700 });
  const options = `mode=1777,size=${bytes},nosuid,nodev,noexec`;
  await mount({ type: "tmpfs", options, device: "shm", point });
  return point;
}
