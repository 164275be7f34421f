import { type Worker, hostGatewayLabel } from "../../../buildkit-api/control.ts";

/** What clients are told of who builds. */
export interface WorkerFacts {
  /** Of this machine, in the words of OCI: `amd64`. */
  readonly architecture: string;
  /** Of this engine. */
  readonly version: string;
  /** What `host-gateway` stands for; empty when there is no such address. */
  readonly hostGateway: () => string;
}

/** The one that builds here. Without a label for a snapshotter it is one that keeps images as Docker always did. */
export function workerOf({ architecture, version, hostGateway }: WorkerFacts): Worker {
  const address = hostGateway();
  return {
    id: "tscompose",
    labels: {
      "org.mobyproject.buildkit.worker.executor": "containers",
      ...(address === "" ? {} : { [hostGatewayLabel]: address }),
    },
    platforms: [{ os: "linux", architecture, variant: "" }],
    version: { package: "tscompose", version, revision: "" },
  };
}

/**
 * What a client may ask of the frontend's bridge (moby/buildkit, frontend/gateway/pb/caps.go). Steps of a graph of its own
 * are none of it.
 */
export const bridgeAbilities = [
  "solve.base",
  "return",
  "returnmap",
  "importcaches",
  "proto.refarray",
  "reference.output",
  "frontend.inputs",
  "gateway.solve.metadata",
  "frontend.caps",
  "gateway.evaluate",
] as const;

/** Of steps only what is asked for in passing: the sources that contexts come from. */
export const stepAbilities = ["source.image", "source.local", "file.base"] as const;
