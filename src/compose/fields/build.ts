import type { Build, DeviceRequest, FileReference, SshKey, Ulimit } from "../project.ts";
import { printScalar } from "../scalar.ts";
import { below, type Codec, type Encoded, type Form, refuse } from "./codec.ts";
import { environment, hosts, labels, list, map, words } from "./collections.ts";
import { bytes, exactInteger, fileMode, integer } from "./numbers.ts";
import { flag, scalarOf, text } from "./scalars.ts";
import { struct } from "./struct.ts";

/** Use of a config or secret. */
export const fileReference: Codec<FileReference> = struct<FileReference>(
  { source: text, target: text, uid: text, gid: text, mode: fileMode },
  { source: "" },
);

const limits = struct<Ulimit>({ single: exactInteger, soft: exactInteger, hard: exactInteger }, {});

/** A resource limit: one number, or a soft and a hard one. */
export const ulimit: Codec<Ulimit> = {
  read: (tree, reading) => {
    if (tree.kind === "map") return limits.read(tree, reading);
    const single = exactInteger.read(tree, reading);
    return single === undefined ? undefined : { single };
  },
  write: (value, form) => {
    if (value.single !== undefined && value.single !== 0) return value.single;
    return form === "json" ? limits.write(value, form) : { soft: value.soft ?? 0, hard: value.hard ?? 0 };
  },
  isZero: () => false,
};

/** How many devices: a number, or `all` for -1. */
const deviceCount: Codec<number> = {
  ...integer,
  read: (tree, reading) => {
    const scalar = scalarOf(tree, reading, "a number of devices");
    if (scalar === undefined) return undefined;
    if (printScalar(scalar).toLowerCase() === "all") return -1;
    if (scalar.type === "int") return exactInteger.read(tree, reading);
    if (/^[+-]?\d+$/.test(scalar.text)) return Number(scalar.text);
    return refuse(tree, reading, `expected "all" or a number of devices, got "${scalar.text}"`);
  },
};

/** A request for devices by capability. */
export const deviceRequest: Codec<DeviceRequest> = struct<DeviceRequest>(
  { capabilities: words, driver: text, count: deviceCount, deviceIds: words, options: labels },
  {},
);

/** Keys for builds: a mapping of names to paths; written as `name=path`, which can be read again. */
const sshKeys: Codec<readonly SshKey[]> = {
  read: (tree, reading) => {
    if (tree.kind !== "map") return undefined;
    return [...tree.entries].map(([id, { value }]): SshKey => {
      const path = text.read(value, below(reading, id));
      return path === undefined || path === "" ? { id } : { id, path };
    });
  },
  write: (keys: readonly SshKey[], _form: Form): Encoded =>
    keys.map(({ id, path }) => (path === undefined ? id : `${id}=${path}`)),
  isZero: (keys) => keys.length === 0,
};

/** How an image is built. */
export const build: Codec<Build> = struct<Build>(
  {
    context: text,
    dockerfile: text,
    dockerfileInline: text,
    entitlements: words,
    args: environment,
    provenance: text,
    sbom: text,
    ssh: sshKeys,
    labels,
    cacheFrom: words,
    cacheTo: words,
    noCache: flag,
    noCacheFilter: words,
    additionalContexts: labels,
    pull: flag,
    extraHosts: hosts,
    isolation: text,
    network: text,
    target: text,
    secrets: list(fileReference),
    shmSizeBytes: bytes,
    tags: words,
    ulimits: map(ulimit),
    platforms: words,
    privileged: flag,
  },
  {},
);
