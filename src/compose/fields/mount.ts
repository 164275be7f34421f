import type { BindOptions, DeviceMapping, ImageOptions, Mount, Port, TmpfsOptions, VolumeOptions } from "../project.ts";
import { type Codec, toldZero } from "./codec.ts";
import { labels } from "./collections.ts";
import { bytes, natural } from "./numbers.ts";
import { flag, text, word } from "./scalars.ts";
import { struct } from "./struct.ts";

/** What is mounted in a container. */
export const mount: Codec<Mount> = struct<Mount>(
  {
    type: word<Mount["type"]>(),
    source: text,
    target: text,
    readOnly: flag,
    consistency: text,
    bind: struct<BindOptions>(
      { selinux: text, propagation: text, createHostPath: toldZero(flag), recursive: text },
      {},
    ),
    volume: struct<VolumeOptions>({ labels, nocopy: flag, subpath: text }, {}),
    tmpfs: struct<TmpfsOptions>({ sizeBytes: bytes, mode: natural }, {}),
    image: struct<ImageOptions>({ subpath: text }, {}),
  },
  { type: "volume" },
);

/** A container port. */
export const port: Codec<Port> = struct<Port>(
  {
    name: text,
    mode: text,
    hostIp: text,
    target: natural,
    published: text,
    protocol: text,
    appProtocol: text,
  },
  { target: 0 },
);

/** A device of the host. */
export const deviceMapping: Codec<DeviceMapping> = struct<DeviceMapping>(
  { source: text, target: text, permissions: text },
  { source: "" },
);
