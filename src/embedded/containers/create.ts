import { randomBytes } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import type { ContainerCreateBody, EndpointSettings, HostConfig } from "../../docker-api/container.ts";
import { badRequest, notFound } from "../api/http-error.ts";
import type { StoredImage } from "../images/images.ts";
import { limitWarnings } from "../runtime/limit-warnings.ts";
import { checkIsolation } from "../runtime/oci-spec.ts";
import { type ContainerDocument, type ContainerMount, never } from "./container.ts";
import type { Draft } from "./drafts.ts";
import { checkHostConfig, completeHostConfig } from "./host-config.ts";
import { logOptions } from "./logs/log-options.ts";
import { mergeImage } from "./merge-image.ts";
import { wantedMounts, type WantedMount } from "./mounts.ts";
import { randomName } from "./random-name.ts";
import type { Register } from "./register.ts";
import type { ContainerRooms } from "./rooms.ts";

/** What `POST /containers/create` answers. */
export interface CreatedContainer {
  readonly Id: string;
  readonly Warnings: readonly string[];
}

const namePattern = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Makes a container: checked, on disk, not yet started. Throws 400, 404 for a missing image or network, 409 for a name. */
export async function createContainer(
  rooms: ContainerRooms,
  body: ContainerCreateBody,
  wishedName: string | undefined,
): Promise<CreatedContainer> {
  // The image may be removed meanwhile: its layers are used from the first look at it.
  return rooms.images.holding(() => create(rooms, body, wishedName));
}

async function create(
  rooms: ContainerRooms,
  body: ContainerCreateBody,
  wishedName: string | undefined,
): Promise<CreatedContainer> {
  const { register, paths, images } = rooms;
  if (wishedName !== undefined && !namePattern.test(wishedName)) {
    throw badRequest(`Invalid container name (${wishedName}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  if (!body.Image) throw badRequest("no image specified: the field Image is empty");
  const { WorkingDir = "" } = body;
  if (WorkingDir && !WorkingDir.startsWith("/")) {
    throw badRequest(`the working directory '${WorkingDir}' is invalid, it needs to be an absolute path`);
  }
  const wish = withoutNulls(body.HostConfig ?? {});
  checkHostConfig(wish);
  checkIsolation(wish, rooms.isolation);
  logOptions(wish);
  const image = await images.find(body.Image);
  if (image === undefined) throw notFound(`No such image: ${withTag(body.Image)}`);
  const id = randomBytes(32).toString("hex");
  const draft: Draft = { id, image, volumes: new Set() };
  using _ = rooms.drafts.begin(draft);
  const merged = mergeImage(withoutNulls(body), image.config);
  const hostConfig = completeHostConfig(shareNamespaces(rooms, wish), {
    cgroupVersion: rooms.machine.cgroupVersion,
    runtime: rooms.runtimes.usual.name,
  });
  const endpoints = wishedEndpoints(rooms, body, hostConfig.NetworkMode ?? "bridge");
  const wanted = wantedMounts({ ...body, Volumes: merged.Volumes ?? {}, HostConfig: wish }, (container) => {
    return otherContainer(register, container).mounts;
  });
  await checkSources(wanted);
  const name = wishedName?.replace(/^\//, "") ?? freeName(rooms);
  register.takeName(name, id);
  try {
    const mounts = await Promise.all(wanted.map((mount) => withVolume(rooms, draft, mount)));
    const container = paths.container(id);
    await mkdir(container.upper, { recursive: true, mode: 0o755 });
    await mkdir(container.work, { mode: 0o700 });
    await fillVolumes(rooms, mounts, image);
    const document: ContainerDocument = {
      id,
      name,
      created: rooms.now(),
      image: { reference: body.Image, id: image.id, config: image.config, lowerDirs: image.lowerDirs },
      config: {
        ...merged,
        Hostname: body.Hostname || hostnameOf(rooms, hostConfig, id),
        Domainname: body.Domainname ?? "",
        Image: body.Image,
      },
      hostConfig,
      endpoints,
      mounts,
      restartCount: 0,
      isStoppedByHand: false,
      state: { status: "created", exitCode: 0, error: "", isOomKilled: false, startedAt: never, finishedAt: never },
    };
    await register.put(document);
    rooms.publish(document, "create");
    return { Id: id, Warnings: limitWarnings(hostConfig, rooms.limits) };
  } catch (error) {
    register.freeName(name);
    await rm(paths.container(id).data, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The networks that a request asks for, by the names it uses; the one of the mode comes first. Throws 400 for one that is
 * not there: clients take 404 for a missing image, and pull it.
 */
function wishedEndpoints(
  { networks }: ContainerRooms,
  { NetworkingConfig, MacAddress }: ContainerCreateBody,
  mode: string,
): Readonly<Record<string, EndpointSettings>> {
  if (mode.startsWith("container:")) return {};
  const { default: asDefault, ...told } = NetworkingConfig?.EndpointsConfig ?? {};
  const wishes: Record<string, EndpointSettings> = {
    [mode]: { ...asDefault, ...(MacAddress ? { MacAddress } : {}), ...told[mode] },
    ...Object.fromEntries(Object.entries(told).filter(([name]) => name !== mode)),
  };
  for (const name of Object.keys(wishes)) {
    if (!networks.has(name)) throw badRequest(`network ${name} not found`);
  }
  return wishes;
}

/** One that is named in a request. Throws 400 when it is not there: clients take 404 for a missing image, and pull it. */
function otherContainer(register: Register, reference: string): ContainerDocument {
  const found = register.find(reference);
  if (found === undefined) throw badRequest(`No such container: ${reference}`);
  return found;
}

/** Other containers are named by what their names are now; their ids stay. Throws 400 for who is not there. */
function shareNamespaces({ register }: ContainerRooms, wish: HostConfig): HostConfig {
  const resolved = (mode: string | undefined): string | undefined =>
    mode?.startsWith("container:") === true ? `container:${otherContainer(register, mode.slice(10)).id}` : mode;
  const { NetworkMode, IpcMode, PidMode } = wish;
  return withoutUndefined({
    ...wish,
    NetworkMode: resolved(NetworkMode),
    IpcMode: resolved(IpcMode),
    PidMode: resolved(PidMode),
  });
}

function hostnameOf(
  { register, machine }: ContainerRooms,
  { NetworkMode = "", UTSMode }: HostConfig,
  id: string,
): string {
  if (NetworkMode === "host" || UTSMode === "host") return machine.hostname;
  if (!NetworkMode.startsWith("container:")) return id.slice(0, 12);
  return register.get(NetworkMode.slice(10)).config.Hostname ?? id.slice(0, 12);
}

async function checkSources(wanted: readonly WantedMount[]): Promise<void> {
  for (const { Type, Source, createsSource } of wanted) {
    if (Type !== "bind" || createsSource === true) continue;
    if ((await stat(Source).catch(() => undefined)) !== undefined) continue;
    throw badRequest(`invalid mount config for type "bind": bind source path does not exist: ${Source}`);
  }
}

async function withVolume(
  { volumes }: ContainerRooms,
  draft: Draft,
  { volumeOptions, ...mount }: WantedMount,
): Promise<ContainerMount> {
  if (mount.Type !== "volume") return mount;
  if (mount.Name !== undefined) draft.volumes.add(mount.Name);
  const { DriverConfig, Labels } = volumeOptions ?? {};
  const volume = await volumes.ensure({
    ...(mount.Name === undefined ? {} : { Name: mount.Name }),
    ...(DriverConfig?.Name ? { Driver: DriverConfig.Name } : {}),
    ...(DriverConfig?.Options ? { DriverOpts: DriverConfig.Options } : {}),
    ...(Labels ? { Labels } : {}),
  });
  draft.volumes.add(volume.Name);
  return { ...mount, Name: volume.Name, Driver: volume.Driver, Source: volume.Mountpoint };
}

/** One after the other, for two places may share a volume. */
async function fillVolumes(
  { volumes }: ContainerRooms,
  mounts: readonly ContainerMount[],
  image: StoredImage,
): Promise<void> {
  for (const { Type, Name, Destination, noCopy } of mounts) {
    if (Type === "volume" && Name !== undefined && noCopy !== true) await volumes.fill(Name, image, Destination);
  }
}

function freeName({ register }: ContainerRooms): string {
  for (;;) {
    const name = randomName();
    if (!register.isTaken(name)) return name;
  }
}

function withTag(reference: string): string {
  return /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

/** Clients send `null` for what was not said. */
function withoutNulls<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null && each !== undefined)) as T;
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): HostConfig {
  return withoutNulls(value);
}
