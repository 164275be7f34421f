import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { notImplemented } from "./api/http-error.ts";
import type { ContainerStreams, Restarts } from "./containers/containers.ts";
import type { Networks } from "./networks/networks.ts";
import type { Paths } from "./store/paths.ts";
import type { Volumes } from "./volumes/volumes.ts";

// What stands in for rooms that are not built yet: each does the little it can, and says so for the rest.

/** Networks without any: `none` works. */
export const bareNetworks: Networks = {
  routes: [],
  recover: async () => {},
  close: async () => {},
  has: (reference) => reference === "none",
  prepare: async ({ endpoints }) => ({
    hostBatch: "",
    namespaceBatch: "",
    sysctls: {},
    endpoints,
    ports: {},
    resolvConf: "",
    hosts: "127.0.0.1\tlocalhost\n",
  }),
  activate: async () => {},
  release: async () => {},
};

/** Volumes without any: bind mounts and tmpfs work. */
export const bareVolumes: Volumes = {
  routes: [],
  find: async () => undefined,
  ensure: async () => {
    throw notImplemented("this engine has no volumes yet");
  },
  mount: async () => {
    throw notImplemented("this engine has no volumes yet");
  },
  release: async () => {},
  recover: async () => {},
  usage: async () => [],
  fill: async () => {},
  removeAnonymous: async () => {},
};

/** No container is ever started again by itself. */
export const noRestarts: Restarts = { delayAfter: () => undefined, isWantedAtBoot: () => false };

/** Reads what containers write, and keeps nothing of it. */
export function bareStreams(paths: Paths): ContainerStreams {
  const open = new Map<string, readonly number[]>();
  return {
    open({ id }) {
      const { run } = paths.container(id);
      open.set(
        id,
        ["out", "err"].map((name) => openSync(join(run, name), constants.O_RDONLY | constants.O_NONBLOCK)),
      );
    },
    async close(id) {
      for (const pipe of open.get(id) ?? []) {
        try {
          const chunk = Buffer.alloc(65536);
          for (;;) {
            const n = readSync(pipe, chunk);
            if (n === 0) break;
          }
        } catch {
          // Empty.
        }
        closeSync(pipe);
      }
      open.delete(id);
    },
    forget: () => {},
  };
}
