import { writeFileSync } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { HostConfig } from "../../docker-api/container.ts";
import { badRequest, conflict } from "../api/http-error.ts";
import { devicesAt, hostDevices } from "../host/devices.ts";
import { findInit } from "../host/init.ts";
import { readLayeredFile } from "../host/layered-file.ts";
import { overlay, ownUsers } from "../host/user-namespace.ts";
import type { PreparedNetwork } from "../networks/networks.ts";
import type { DeviceFacts } from "../runtime/devices.ts";
import { monitorNetwork, mountsTable } from "../runtime/monitor.ts";
import type { WishedMount } from "../runtime/mounts.ts";
import { ociJson } from "../runtime/oci.ts";
import { type NamespacePaths, type NamespaceWish, ociSpec } from "../runtime/oci-spec.ts";
import type { OciConfig, OciConfigWithoutCgroups } from "../runtime/oci.ts";
import { hasAccount, resolveUser, type UserFiles } from "../runtime/users.ts";
import { withoutCgroups } from "../runtime/without-cgroups.ts";
import { type ContainerDocument, type ContainerMount, isRunning } from "./container.ts";
import type { ContainerRooms } from "./rooms.ts";
import { sharedMemoryOf } from "./shared-memory.ts";

/**
 * Writes all that a container's monitor and its runtime read: the run folder with the OCI bundle, and `/etc` files. Gives
 * the configuration as it was wished.
 */
export async function writeBundle(
  rooms: ContainerRooms,
  container: ContainerDocument,
  network: PreparedNetwork | undefined,
): Promise<OciConfig> {
  const { run, rootfs } = rooms.paths.container(container.id);
  await rm(run, { recursive: true, force: true });
  await mkdir(rootfs, { recursive: true, mode: 0o711 });
  const etc = writeEtcFiles(rooms, container, network);
  const mounts = await Promise.all(container.mounts.map((mount) => wishedMount(rooms, mount)));
  const userFiles = userFilesOf(rooms, container);
  const { hostConfig, config } = withHome(rooms, container, userFiles);
  const spec = ociSpec(config, hostConfig, {
    rootPath: "m",
    hostname: config.Hostname ?? "",
    ...(config.Domainname ? { domainname: config.Domainname } : {}),
    user: userOf(rooms, container, userFiles),
    namespaces: namespacesOf(rooms, container, network),
    sysctls: network?.sysctls ?? {},
    cgroupPath: `/${rooms.paths.mark}/${container.id}`,
    devices: devicesOf(hostConfig),
    limits: rooms.limits,
    host: rooms.isolation,
    mounts: mounts.filter((mount) => mount !== undefined),
    etc,
    init: hostConfig.Init === true ? initOf() : undefined,
    sharedMemory: await sharedMemoryOf(rooms, container),
  });
  const files = {
    "config.json": ociJson(feasible(rooms, await rooms.seccomp.apply(spec))),
    mounts: mountsOf(rooms, container),
    "host.ip": network?.hostBatch ?? "",
    "ns.ip": network?.namespaceBatch ?? "",
  };
  // Small files that nobody syncs: handing each to another thread takes longer than writing it. An empty one says nothing.
  for (const [name, text] of Object.entries(files)) {
    if (text !== "") writeFileSync(join(run, name), text, { mode: 0o600 });
  }
  return spec;
}

function mountsOf({ paths, runtimes }: ContainerRooms, { id, image }: ContainerDocument): string {
  const { upper, work, rootfs } = paths.container(id);
  const { hidesUnifiedCgroups } = runtimes.usual;
  return mountsTable({
    rootfs,
    upper,
    work,
    lower: image.lowerDirs,
    hidesUnifiedCgroups,
    overlayOption: overlay.option,
  });
}

function feasible({ limits }: ContainerRooms, spec: OciConfig): OciConfig | OciConfigWithoutCgroups {
  return limits.hasCgroups ? spec : withoutCgroups(spec, ownUsers);
}

/** Whom the container's processes run as, by the files of its own root. */
export function userOf(
  rooms: ContainerRooms,
  container: ContainerDocument,
  files: UserFiles = userFilesOf(rooms, container),
): ReturnType<typeof resolveUser> {
  const { config, hostConfig } = container;
  return resolveUser(config.User ?? "", hostConfig.GroupAdd ?? [], files);
}

/** A user whom the container's files do not know is at home in its root, as with Docker; the runtime leaves it open. */
export function withHome(
  rooms: ContainerRooms,
  container: ContainerDocument,
  files: UserFiles = userFilesOf(rooms, container),
): ContainerDocument {
  const { config } = container;
  if (hasAccount(config.User ?? "", files)) return container;
  return { ...container, config: { ...config, Env: ["HOME=/", ...(config.Env ?? [])] } };
}

function userFilesOf({ paths }: ContainerRooms, { id, image }: ContainerDocument): UserFiles {
  const layers = [paths.container(id).upper, ...image.lowerDirs];
  return {
    passwd: readLayeredFile(layers, "/etc/passwd") ?? "",
    group: readLayeredFile(layers, "/etc/group") ?? "",
  };
}

interface EtcFiles {
  readonly resolvConf: string;
  readonly hostname: string;
  readonly hosts: string;
}

/** They live with the container's data, for they are mounted writable and inspect names them. */
function writeEtcFiles(
  { paths, register }: ContainerRooms,
  { id, config, hostConfig }: ContainerDocument,
  network: PreparedNetwork | undefined,
): EtcFiles {
  const { NetworkMode = "" } = hostConfig;
  if (network === undefined)
    return etcPaths(paths.container(register.get(NetworkMode.slice("container:".length)).id).data);
  const files = etcPaths(paths.container(id).data);
  writeFileSync(files.resolvConf, network.resolvConf, { mode: 0o644 });
  writeFileSync(files.hosts, network.hosts, { mode: 0o644 });
  writeFileSync(files.hostname, `${config.Hostname ?? ""}\n`, { mode: 0o644 });
  return files;
}

/** Where a container's own `/etc` files are. */
export function etcPaths(data: string): EtcFiles {
  return { resolvConf: join(data, "resolv.conf"), hostname: join(data, "hostname"), hosts: join(data, "hosts") };
}

async function wishedMount({ volumes }: ContainerRooms, mount: ContainerMount): Promise<WishedMount | undefined> {
  const { Type, Destination: destination, Source, Name, RW, Propagation, createsSource, subpath } = mount;
  if (Type === "tmpfs") {
    return { kind: "tmpfs", destination, options: (mount.tmpfsOptions ?? "").split(",").filter((each) => each !== "") };
  }
  if (Type === "bind" && createsSource === true) await mkdir(Source, { recursive: true }).catch(ignoreExisting);
  const folder = Type === "volume" ? await volumes.mount(Name ?? "", subpath) : Source;
  return {
    kind: "bind",
    source: folder,
    destination,
    isReadOnly: !RW,
    ...(Propagation ? { propagation: Propagation } : {}),
    ...(mount.isNonRecursive === true ? { isNonRecursive: true } : {}),
    // crun makes only folders read-only with all that is below; below a file there is nothing.
    ...(RW || (await isFolder(folder)) ? {} : { isReadOnlyNonRecursive: true }),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

/** A file in the place of the folder is what is to be bound. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
}

function namespacesOf(
  rooms: ContainerRooms,
  { id, hostConfig }: ContainerDocument,
  network: PreparedNetwork | undefined,
): NamespacePaths {
  const { register } = rooms;
  const shared = (mode: string | undefined, kind: string): NamespaceWish => {
    if (mode === "host") return "host";
    if (mode?.startsWith("container:") !== true) return "own";
    const other = register.get(mode.slice("container:".length));
    const { process: first } = other.state;
    if (!isRunning(other) || first === undefined) {
      throw conflict(`cannot join the ${kind} namespace of a non running container: ${other.id}`);
    }
    return `/proc/${first.pid}/ns/${kind}`;
  };
  return {
    network: network === undefined ? shared(hostConfig.NetworkMode, "net") : networkNamespace(rooms, id, network),
    ipc: shared(hostConfig.IpcMode, "ipc"),
    pid: shared(hostConfig.PidMode, "pid"),
    uts: hostConfig.NetworkMode === "host" ? "host" : shared(hostConfig.UTSMode, "uts"),
    cgroup: hostConfig.CgroupnsMode === "private" ? "own" : "host",
  };
}

function networkNamespace(
  { paths, runtimes }: ContainerRooms,
  id: string,
  { namespaceBatch }: PreparedNetwork,
): NamespaceWish {
  return namespaceBatch === "" ? "host" : monitorNetwork(runtimes.usual.name, paths.container(id).run);
}

function devicesOf({ Devices, Privileged }: HostConfig): DeviceFacts {
  const asked = (Devices ?? []).flatMap(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
    deviceNodes(PathOnHost, PathInContainer || PathOnHost).map((device) => ({
      device,
      access: CgroupPermissions || "rwm",
    })),
  );
  return { asked, ofHost: Privileged === true ? hostDevices() : [] };
}

function deviceNodes(onHost: string, inContainer: string): ReturnType<typeof devicesAt> {
  try {
    return devicesAt(onHost, inContainer);
  } catch (error) {
    throw badRequest(
      `error gathering device information while adding custom device "${onHost}": ${(error as Error).message}`,
    );
  }
}

function initOf(): string {
  const path = findInit();
  if (path !== undefined) return path;
  throw badRequest("no init program found on the host; install tini (apt-get install tini) or catatonit");
}
