import { once } from "node:events";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { conflict } from "../../api/http-error.ts";
import { isSet } from "../../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../../api/route.ts";
import { openFifoWriter } from "../../host/fifo.ts";
import { endInput } from "../../host/input-keeper.ts";
import type { ContainerDocument } from "../container.ts";
import type { Containers } from "../containers.ts";
import type { OutputStream } from "../logs/json-line.ts";
import { readLogs } from "../logs/read-logs.ts";
import { detachKeys } from "./detach-keys.ts";
import { hangUp } from "./hang-up.ts";
import { logBytes, type LogRooms, streamTypeOf } from "./log-routes.ts";
import { OutputClient } from "./output-client.ts";
import { pumpInput } from "./pump-input.ts";

/** `/containers/{id}/attach` */
export function attachRoutes(rooms: LogRooms): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/containers/{id}/attach",
      handle: (request) => attach(rooms, rooms.containers.get(request.params["id"] ?? ""), request),
    },
  ];
}

async function attach(rooms: LogRooms, container: ContainerDocument, request: ApiRequest): Promise<ApiReply> {
  const { id, state, config } = container;
  if (state.status === "paused") throw conflict(`Container ${id} is paused, unpause the container before attach`);
  if (state.status === "restarting") {
    throw conflict(`Container ${id} is restarting, wait until the container is running`);
  }
  const { query } = request;
  const keys = detachKeys(query.get("detachKeys"));
  const connection = await request.hijack(streamTypeOf(container, request));
  const wanted = new Set((["stdout", "stderr"] as const).filter((stream) => isSet(query, stream)));
  const client = new OutputClient(connection, {
    streams: wanted,
    isFramed: config.Tty !== true,
    onRelief: () => rooms.streams.relieve(id),
  });
  const isLive = isSet(query, "stream");
  const leave = isLive ? rooms.streams.join(id, client) : undefined;
  rooms.containers.publish(container, "attach");
  const over = new AbortController();
  for (const event of ["finish", "close"]) connection.once(event, () => over.abort());
  try {
    if (isSet(query, "logs")) await client.after(() => replay(rooms, container, { connection, wanted, over }));
    if (!isLive) return { kind: "hijacked" };
    if (isSet(query, "stdin") && config.OpenStdin === true) {
      await feed(rooms, container, { connection, over, keys: config.Tty === true ? keys : undefined });
    }
    if (!over.signal.aborted) await once(over.signal, "abort");
  } finally {
    leave?.();
    hangUp(connection);
  }
  return { kind: "hijacked" };
}

interface Joined {
  readonly connection: Duplex;
  /** Fires when the connection or the run is over. */
  readonly over: AbortController;
}

/** Tells what was written before the client came. */
async function replay(
  { streams, paths }: LogRooms,
  { id, config }: ContainerDocument,
  { connection, wanted, over }: Joined & { readonly wanted: ReadonlySet<OutputStream> },
): Promise<void> {
  const reading = { live: streams.liveLog(id), isFollowing: false, signal: over.signal };
  const batches = readLogs(paths.container(id).log, { streams: wanted }, reading);
  for await (const bytes of logBytes(batches, { hasTimes: false, isFramed: config.Tty !== true })) {
    if (over.signal.aborted) return;
    if (!connection.write(bytes)) await Promise.race([once(connection, "drain"), once(over.signal, "abort")]);
  }
}

/** Passes the client's input on once the container runs. */
async function feed(
  { containers, paths }: LogRooms,
  { id, config }: ContainerDocument,
  { connection, over, keys }: Joined & { readonly keys: Uint8Array | undefined },
): Promise<void> {
  await running(containers, id, over.signal);
  if (over.signal.aborted) return;
  const { run } = paths.container(id);
  const input = openInput(join(run, "in"));
  if (input === undefined) return;
  const outcome = await pumpInput(connection, input, { detachKeys: keys, signal: over.signal });
  const closesInput = outcome === "ended" && config.StdinOnce === true && config.Tty !== true;
  input.end(() => {
    if (closesInput) endInput(run);
  });
  if (outcome !== "detached") return;
  containers.publish(containers.get(id), "detach");
  over.abort();
}

/** Nobody reads it when the container has just ended. */
function openInput(path: string): ReturnType<typeof openFifoWriter> | undefined {
  try {
    return openFifoWriter(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENXIO" || error.code === "ENOENT"))
      return undefined;
    throw error;
  }
}

/** Resolves when the container runs, or the signal fires. */
async function running(containers: Containers, id: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopListening = containers.onStart((started) => {
    if (started.id === id) resolve();
  });
  const stop = (): void => resolve();
  signal.addEventListener("abort", stop);
  if (signal.aborted || containers.find(id)?.state.status === "running") resolve();
  await promise.finally(stopListening);
  signal.removeEventListener("abort", stop);
}
