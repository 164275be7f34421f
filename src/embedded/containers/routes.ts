import { badRequest, HttpError } from "../api/http-error.ts";
import { readObject } from "../api/json-body.ts";
import { integerOf, isSet } from "../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../api/route.ts";
import { createContainer } from "./create.ts";
import { type HealthOf, inspectContainer } from "./inspect.ts";
import { listContainers, type ListParts, selectContainers } from "./list.ts";
import { removeContainer } from "./remove.ts";
import { sizesWith } from "./sizes.ts";
import { updateContainer } from "./update.ts";
import {
  killContainer,
  pauseContainer,
  renameContainer,
  restartContainer,
  startContainer,
  stopContainer,
  type StopOptions,
  unpauseContainer,
  type VerbParts,
} from "./verbs.ts";
import { waitCondition, waitFor } from "./wait.ts";
import { checkCreateBody, checkHostFields } from "./wire-shape.ts";

/** What the routes take beside the verbs. */
export interface RouteParts extends VerbParts {
  readonly healthOf: HealthOf;
  /** Of the `exec`s of a container that are not forgotten yet. */
  readonly execIds: (id: string) => readonly string[];
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
}

const done: ApiReply = { kind: "empty", status: 204 };
const needless: ApiReply = { kind: "empty", status: 304 };

/** `/containers…`: documents and lifecycle. */
export function containerRoutes(parts: RouteParts): readonly Route[] {
  const { rooms } = parts;
  const { register } = rooms;
  const on = (verb: string, handle: (id: string, request: ApiRequest) => Promise<ApiReply>): Route => ({
    method: "POST",
    path: `/containers/{id}/${verb}`,
    handle: (request) => handle(request.params["id"] ?? "", request),
  });
  return [
    {
      method: "POST",
      path: "/containers/create",
      handle: async (request) => {
        const body = await readObject(request);
        checkCreateBody(body);
        const created = await createContainer(rooms, body, request.query.get("name") || undefined);
        return { kind: "json", status: 201, body: created };
      },
    },
    {
      method: "GET",
      path: "/containers/json",
      handle: async ({ query }) => ({ kind: "json", body: await listContainers(listParts(parts, query)) }),
    },
    { method: "POST", path: "/containers/prune", handle: ({ query }) => prune(parts, query) },
    {
      method: "GET",
      path: "/containers/{id}/json",
      handle: async ({ params, query }) => {
        const container = register.get(params["id"] ?? "");
        const { healthOf, execIds } = parts;
        const body = inspectContainer(container, { rooms, healthOf, execIds: execIds(container.id) });
        const sizes = isSet(query, "size") ? await sizesWith(rooms)(container) : {};
        return { kind: "json", body: { ...body, ...sizes } };
      },
    },
    on("start", async (id) => ((await startContainer(parts, id)) ? done : needless)),
    on("stop", async (id, { query }) => ((await stopContainer(parts, id, stopOptions(query))) ? done : needless)),
    on("restart", async (id, { query }) => restartContainer(parts, id, stopOptions(query)).then(() => done)),
    on("kill", async (id, { query }) => killContainer(parts, id, query.get("signal") ?? "").then(() => done)),
    on("pause", async (id) => pauseContainer(parts, id).then(() => done)),
    on("unpause", async (id) => unpauseContainer(parts, id).then(() => done)),
    on("rename", async (id, { query }) => renameContainer(parts, id, query.get("name") ?? "").then(() => done)),
    on("update", async (id, request) => ({
      kind: "json",
      body: await updateContainer(parts, id, await hostChanges(request)),
    })),
    on("wait", async (id, { query, signal }) => {
      const container = register.get(id);
      const condition = waitCondition(query.get("condition"));
      return {
        kind: "stream",
        contentType: "application/json",
        body: waiting(parts, { container, condition, signal }),
      };
    }),
    {
      method: "DELETE",
      path: "/containers/{id}",
      handle: async ({ params, query }) => {
        if (isSet(query, "link")) throw badRequest("links of containers cannot be removed");
        const options = { isForced: isSet(query, "force"), withVolumes: isSet(query, "v") };
        await removeContainer(parts, params["id"] ?? "", options);
        return done;
      },
    },
  ];
}

function stopOptions(query: URLSearchParams): StopOptions {
  const graceSeconds = integerOf(query, "t");
  return { signal: query.get("signal") ?? "", ...(graceSeconds === undefined ? {} : { graceSeconds }) };
}

/** Clients wait for the head of the answer before they start the container: it is sent before there is a result. */
async function* waiting(
  parts: VerbParts,
  { container, ...wish }: { readonly container: Parameters<typeof waitFor>[1] } & Parameters<typeof waitFor>[2],
): AsyncGenerator<string> {
  const StatusCode = await waitFor(parts, container, wish);
  yield `${JSON.stringify({ StatusCode })}\n`;
}

/** What a list takes, for a query. */
export function listParts({ rooms, healthOf, nowMs }: RouteParts, query: URLSearchParams): ListParts {
  const { register, images } = rooms;
  return {
    containers: register.all(),
    query,
    healthOf,
    nowMs: nowMs(),
    find: (reference) => register.find(reference),
    imageIds: (reference) => images.family(reference),
    sizes: () => sizesWith(rooms),
  };
}

async function prune(parts: RouteParts, query: URLSearchParams): Promise<ApiReply> {
  const removable = await selectContainers(listParts(parts, query), "until label label!".split(" "));
  const stopped = removable.filter(({ state }) => ["created", "exited", "dead"].includes(state.status));
  const sizeOf = sizesWith(parts.rooms);
  const removed: string[] = [];
  let freed = 0;
  for (const container of stopped) {
    const { SizeRw } = await sizeOf(container);
    const isGone = await isRemoved(parts, container);
    if (!isGone) continue;
    removed.push(container.id);
    freed += SizeRw;
  }
  return { kind: "json", body: { ContainersDeleted: removed.length === 0 ? null : removed, SpaceReclaimed: freed } };
}

/** Tries to remove it; false when somebody has started it, or was faster. */
async function isRemoved(parts: VerbParts, { id }: { readonly id: string }): Promise<boolean> {
  try {
    await removeContainer(parts, id, { isForced: false, withVolumes: false });
    return true;
  } catch (error) {
    if (error instanceof HttpError) return false;
    throw error;
  }
}

async function hostChanges(request: ApiRequest): Promise<Readonly<Record<string, unknown>>> {
  const changes = await readObject(request);
  checkHostFields(changes);
  return changes;
}
