import type { FileObject, Ipam, IpamPool, Model, Network, Volume } from "../project.ts";
import { type Codec, embedded, unwritten, whenSet } from "./codec.ts";
import { labels, list, words } from "./collections.ts";
import { integer } from "./numbers.ts";
import { flag, text } from "./scalars.ts";
import { struct } from "./struct.ts";

/** The part of a top-level object that its definition says; the key stands outside of it. */
export type Definition<Value> = Omit<Value, "key">;

const pool: Codec<IpamPool> = struct<IpamPool>(
  { subnet: text, gateway: text, ipRange: text, auxAddresses: labels },
  {},
);

const ipam: Codec<Ipam> = struct<Ipam>({ driver: text, config: list(pool), options: unwritten(labels) }, {});

/** A top-level network. */
export const network: Codec<Definition<Network>> = struct<Definition<Network>>(
  {
    name: text,
    driver: text,
    driverOpts: labels,
    ipam: embedded(ipam, {}),
    isExternal: flag,
    internal: flag,
    attachable: flag,
    labels,
    enableIpv4: whenSet(flag),
    enableIpv6: whenSet(flag),
  },
  { name: "", isExternal: false },
);

/** A top-level volume. */
export const volume: Codec<Definition<Volume>> = struct<Definition<Volume>>(
  { name: text, driver: text, driverOpts: labels, isExternal: flag, labels },
  { name: "", isExternal: false },
);

/** A top-level config or secret. */
export const fileObject: Codec<Definition<FileObject>> = struct<Definition<FileObject>>(
  {
    name: text,
    file: text,
    environment: text,
    content: text,
    isExternal: flag,
    labels,
    driver: text,
    driverOpts: labels,
    templateDriver: text,
  },
  { name: "", isExternal: false },
);

/** A top-level model. */
export const model: Codec<Definition<Model>> = struct<Definition<Model>>(
  { name: text, model: text, contextSize: integer, runtimeFlags: words },
  {},
);
