import type {
  Deploy,
  DiscreteResource,
  GenericResource,
  Placement,
  PlacementPreference,
  ResourceLimits,
  ResourceReservations,
  Resources,
  RestartPolicy,
  UpdateConfig,
} from "../project.ts";
import { deviceRequest } from "./build.ts";
import { type Codec, embedded, whenSet } from "./codec.ts";
import { labels, list, words } from "./collections.ts";
import { bytes, duration, float32, integer, natural } from "./numbers.ts";
import { text } from "./scalars.ts";
import { struct } from "./struct.ts";

const updateConfig: Codec<UpdateConfig> = struct<UpdateConfig>(
  {
    parallelism: whenSet(natural),
    delayNs: duration,
    failureAction: text,
    monitorNs: duration,
    maxFailureRatio: float32,
    order: text,
  },
  {},
);

const limits: Codec<ResourceLimits> = struct<ResourceLimits>({ cpus: float32, memoryBytes: bytes, pids: integer }, {});

const discreteResource: Codec<DiscreteResource> = struct<DiscreteResource>(
  { kind: whenSet(text), value: whenSet(integer) },
  { kind: "", value: 0 },
);

const reservations: Codec<ResourceReservations> = struct<ResourceReservations>(
  {
    cpus: float32,
    memoryBytes: bytes,
    pids: integer,
    devices: list(deviceRequest),
    genericResources: list(struct<GenericResource>({ discreteResourceSpec: discreteResource }, {})),
  },
  {},
);

const resources: Codec<Resources> = struct<Resources>({ limits, reservations }, {});

const restartPolicy: Codec<RestartPolicy> = struct<RestartPolicy>(
  {
    condition: text,
    delayNs: whenSet(duration),
    maxAttempts: whenSet(natural),
    windowNs: whenSet(duration),
  },
  {},
);

const placement: Codec<Placement> = struct<Placement>(
  {
    constraints: words,
    preferences: list(struct<PlacementPreference>({ spread: text }, {})),
    maxReplicasPerNode: natural,
  },
  {},
);

/** How a service is deployed. */
export const deploy: Codec<Deploy> = struct<Deploy>(
  {
    mode: text,
    replicas: whenSet(integer),
    labels,
    updateConfig,
    rollbackConfig: updateConfig,
    resources: embedded(resources, {}),
    restartPolicy,
    placement: embedded(placement, {}),
    endpointMode: text,
  },
  {},
);
