import { posix } from "node:path";
import type { ContainerCreateBody, MountBody } from "../../docker-api/container.ts";
import { badRequest } from "../api/http-error.ts";
import type { ContainerMount } from "./container.ts";

/** What is to be mounted, before volumes have names and folders. */
export interface WantedMount extends Omit<ContainerMount, "Source"> {
  readonly Source: string;
  /** Of a volume that is made when there is none. */
  readonly volumeOptions?: MountBody["VolumeOptions"];
}

/** Finds the mounts of the containers that `VolumesFrom` names. */
export type MountsOf = (container: string) => readonly ContainerMount[];

/**
 * All mounts of a create request, one for each place: `VolumesFrom` first, then `Binds`, `Mounts` and `Tmpfs`, and the
 * image's volumes where nothing else is. Throws 400 for what cannot be understood.
 */
export function wantedMounts(
  { HostConfig = {}, Volumes = {} }: ContainerCreateBody,
  mountsOf: MountsOf,
): readonly WantedMount[] {
  const inherited = (HostConfig.VolumesFrom ?? []).flatMap((wish) => fromContainer(wish, mountsOf));
  const own = [
    ...(HostConfig.Binds ?? []).map(bindOf),
    ...(HostConfig.Mounts ?? []).map(mountOf),
    ...Object.entries(HostConfig.Tmpfs ?? {}).map(([path, options]) => tmpfs(path, options)),
  ];
  const twice = own.find(({ Destination }, at) => own.findIndex((each) => each.Destination === Destination) !== at);
  if (twice !== undefined) throw badRequest(`Duplicate mount point: ${twice.Destination}`);
  const byPlace = new Map([...inherited, ...own].map((mount) => [mount.Destination, mount]));
  for (const path of Object.keys(Volumes)) {
    const Destination = withoutEndSlash(path);
    if (!byPlace.has(Destination)) byPlace.set(Destination, anonymousVolume(Destination));
  }
  return [...byPlace.values()];
}

function fromContainer(wish: string, mountsOf: MountsOf): readonly WantedMount[] {
  const [container = "", mode = ""] = wish.split(":");
  const isReadOnly = mode.split(",").includes("ro");
  return mountsOf(container).map(({ isAnonymous: _own, ...mount }) => ({
    ...mount,
    RW: mount.RW && !isReadOnly,
  }));
}

const propagations = new Set(["private", "rprivate", "shared", "rshared", "slave", "rslave"]);

/** `source:destination[:options]`, or `destination` alone for a volume without a name. */
function bindOf(text: string): WantedMount {
  const parts = text.split(":");
  const [source = "", destination, options = ""] = parts;
  if (parts.length > 3 || text === "") throw badRequest(`invalid volume specification: '${text}'`);
  if (destination === undefined) return anonymousVolume(place(source, text));
  const words = options === "" ? [] : options.split(",");
  const isBind = source.startsWith("/");
  if (!isBind) checkVolumeName(source, text);
  const unknown = words.find(
    (word) => !/^(ro|rw|z|Z|nocopy|cached|delegated|consistent)$/.test(word) && !propagations.has(word),
  );
  if (unknown !== undefined) throw badRequest(`invalid mode: ${options}`);
  return {
    Type: isBind ? "bind" : "volume",
    ...(isBind ? {} : { Name: source, Driver: "local" }),
    Source: isBind ? withoutEndSlash(source) : "",
    Destination: place(destination, text),
    Mode: options,
    RW: !words.includes("ro"),
    Propagation: words.find((word) => propagations.has(word)) ?? (isBind ? "rprivate" : ""),
    ...(isBind ? { createsSource: true } : {}),
    ...(words.includes("nocopy") ? { noCopy: true } : {}),
  };
}

function mountOf(mount: MountBody): WantedMount {
  const { Type, Source = "", Target, ReadOnly = false, BindOptions, VolumeOptions, TmpfsOptions } = mount;
  const invalid = (why: string): Error => badRequest(`invalid mount config for type "${Type}": ${why}`);
  if (!Target) throw invalid("field Target must not be empty");
  const common = { Destination: place(Target, Target), Mode: "", RW: !ReadOnly };
  switch (Type) {
    case "bind": {
      if (!Source) throw invalid("field Source must not be empty");
      if (!Source.startsWith("/")) throw invalid(`invalid mount path: '${Source}' mount path must be absolute`);
      const Propagation = BindOptions?.Propagation || "rprivate";
      if (!propagations.has(Propagation)) throw invalid(`invalid propagation mode: ${Propagation}`);
      return {
        ...common,
        Type: "bind",
        Source: withoutEndSlash(Source),
        Propagation,
        ...(BindOptions?.CreateMountpoint === true ? { createsSource: true } : {}),
        ...(BindOptions?.NonRecursive === true ? { isNonRecursive: true } : {}),
      };
    }
    case "volume": {
      if (Source !== "") checkVolumeName(Source, Source);
      return {
        ...(Source === "" ? anonymousVolume(common.Destination) : { Name: Source, Driver: "local" }),
        ...common,
        Type: "volume",
        Source: "",
        Propagation: "",
        Mode: "z",
        ...(VolumeOptions === undefined ? {} : { volumeOptions: VolumeOptions }),
        ...(VolumeOptions?.NoCopy === true ? { noCopy: true } : {}),
        ...(VolumeOptions?.Subpath ? { subpath: VolumeOptions.Subpath } : {}),
      };
    }
    case "tmpfs": {
      if (Source !== "") throw invalid("field Source must not be specified");
      const { SizeBytes, Mode } = TmpfsOptions ?? {};
      const options = [
        ...(SizeBytes ? [`size=${SizeBytes}`] : []),
        ...(Mode ? [`mode=${Mode.toString(8)}`] : []),
        ...(ReadOnly ? ["ro"] : []),
      ];
      return { ...tmpfs(Target, options.join(",")), RW: !ReadOnly };
    }
    default:
      throw badRequest(`mount type unknown: "${Type}"`);
  }
}

function tmpfs(path: string, options: string): WantedMount {
  const Destination = place(path, path);
  const RW = !options.split(",").includes("ro");
  return { Type: "tmpfs", Source: "", Destination, Mode: "", RW, Propagation: "", tmpfsOptions: options };
}

function anonymousVolume(Destination: string): WantedMount {
  return {
    Type: "volume",
    Source: "",
    Destination,
    Driver: "local",
    Mode: "",
    RW: true,
    Propagation: "",
    isAnonymous: true,
  };
}

function place(path: string, whole: string): string {
  if (!path.startsWith("/")) throw badRequest(`invalid volume specification: '${whole}': mount path must be absolute`);
  const clean = withoutEndSlash(path);
  if (clean === "/") throw badRequest(`invalid volume specification: '${whole}': destination can't be '/'`);
  return clean;
}

function withoutEndSlash(path: string): string {
  return posix.normalize(path).replace(/(?<=.)\/$/, "");
}

function checkVolumeName(name: string, whole: string): void {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return;
  throw badRequest(
    `invalid volume specification: '${whole}': "${name}" includes invalid characters for a local volume name, only ` +
      `"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`,
  );
}
