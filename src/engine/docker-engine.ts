import type Docker from "dockerode";
import { told } from "./answer.ts";
import type { Credentials } from "./credentials.ts";
import type { Engine } from "./engine.ts";
import { dockerodeOver } from "./modem.ts";
import { Names, speakingOfNames } from "./names.ts";
import type { Transport } from "./transport.ts";
import { archiveVerbs } from "./verbs/archives.ts";
import { containerVerbs } from "./verbs/containers.ts";
import { eventVerbs } from "./verbs/events.ts";
import { imageStoreVerbs } from "./verbs/image-store.ts";
import { imageVerbs } from "./verbs/images.ts";
import { networkVerbs } from "./verbs/networks.ts";
import { streamVerbs } from "./verbs/streams.ts";
import { volumeVerbs } from "./verbs/volumes.ts";

/** What an engine behind Docker's API is made of. */
export interface DockerEngineParts {
  readonly address: string;
  readonly apiVersion: string;
  readonly hasBuildKit: boolean;
  readonly podmanVersion?: string;
  readonly keepsBuildCaches: boolean;
  readonly transport: Transport;
  readonly credentials: Credentials;
  readonly proxies: Engine["proxies"];
  readonly detachKeys: Engine["detachKeys"];
  readonly now: () => number;
}

/** The port, spoken to any engine that speaks Docker's API. */
export function dockerEngine({
  address,
  hasBuildKit,
  keepsBuildCaches,
  proxies,
  detachKeys,
  ...parts
}: DockerEngineParts): Engine {
  const { transport, apiVersion } = parts;
  transport.apiVersion = apiVersion;
  const names = new Names();
  let dockerode: Promise<Docker> | undefined;
  const { podmanVersion } = parts;
  const api = { ...parts, docker: () => (dockerode ??= dockerodeOver(transport)), names };
  const verbs = {
    ...containerVerbs(api),
    ...archiveVerbs(api),
    ...streamVerbs(api),
    ...networkVerbs(api),
    ...volumeVerbs(api),
    ...imageVerbs(api),
    ...imageStoreVerbs(api),
    ...eventVerbs(api),
  };
  return {
    address,
    apiVersion,
    hasBuildKit,
    keepsBuildCaches,
    ...(podmanVersion === undefined ? {} : { podmanVersion }),
    proxies,
    detachKeys,
    version: () => told("asking for the version", transport.ask({ method: "GET", path: "/version" })),
    ...speakingOfNames(verbs, names),
    [Symbol.asyncDispose]: async () => transport.close(),
  };
}
