import type { BuildOptions } from "./engine.ts";

/** Parameters of `POST /build`, classic builder. */
export function buildQuery(options: BuildOptions): Record<string, unknown> {
  const { dockerfile, target, platform, isolation, network, shmSizeBytes } = options;
  return {
    // Podman and Docker agree on the first generation only.
    version: "1",
    t: options.tags,
    rm: true,
    forcerm: true,
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(network === undefined ? {} : { networkmode: network }),
    ...(shmSizeBytes === undefined ? {} : { shmsize: shmSizeBytes }),
    ...(options.buildArgs === undefined ? {} : { buildargs: JSON.stringify(options.buildArgs) }),
    ...(options.labels === undefined ? {} : { labels: JSON.stringify(options.labels) }),
    ...(options.cacheFrom === undefined ? {} : { cachefrom: JSON.stringify(options.cacheFrom) }),
    ...(options.extraHosts === undefined ? {} : { extrahosts: options.extraHosts }),
    ...(options.ulimits === undefined ? {} : { ulimits: JSON.stringify(options.ulimits) }),
    ...(options.noCache === true ? { nocache: true } : {}),
    ...(options.pull === true ? { pull: true } : {}),
  };
}
