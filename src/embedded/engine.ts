import type { Server } from "node:http";
import { eventRoutes } from "./api/events.ts";
import { notImplemented } from "./api/http-error.ts";
import { createRouter } from "./api/router.ts";
import type { Route } from "./api/route.ts";
import { systemRoutes } from "./api/system.ts";
import { createEventBus } from "./events.ts";
import { nowNs, timestamp } from "./host/clock.ts";
import { machineFacts } from "./host/machine.ts";
import { createApiServer } from "./server.ts";
import { engineId } from "./store/engine-id.ts";
import type { Paths } from "./store/paths.ts";

/** What an engine is made of. */
export interface EngineParts {
  readonly paths: Paths;
  /** Of tscompose. */
  readonly version: string;
  readonly onFault: (error: unknown) => void;
  readonly onRequest: () => () => void;
}

/** Puts the engine's rooms together; the server does not listen yet. */
export async function createEngine({ paths, version, onFault, onRequest }: EngineParts): Promise<Server> {
  const bus = createEventBus(nowNs);
  const routes: readonly Route[] = [
    ...systemRoutes({
      version,
      id: await engineId(paths),
      dataRoot: paths.data,
      machine: machineFacts(),
      runtime: { name: "crun", version: "" },
      now: timestamp,
      counts: async () => ({ containers: 0, running: 0, paused: 0, stopped: 0, images: 0 }),
    }),
    ...eventRoutes({ bus, nowNs }),
    ...unbuilt,
  ];
  return createApiServer({ router: createRouter(routes), name: `tscompose/${version} (linux)`, onFault, onRequest });
}

/** What Docker Engine has and this engine does not: last in the table, so that whatever is built goes first. */
const unbuilt: readonly Route[] = (["DELETE", "GET", "HEAD", "POST", "PUT"] as const).flatMap((method) =>
  ["containers", "exec", "images", "networks", "volumes", "build", "commit", "distribution", "system"].flatMap((area) =>
    [`/${area}`, `/${area}/{rest...}`].map((path) => ({
      method,
      path,
      handle: () => {
        throw notImplemented(`this engine has no ${method} ${path.replace("{rest...}", "…")} yet`);
      },
    })),
  ),
);
