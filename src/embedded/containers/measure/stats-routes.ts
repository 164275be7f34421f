import { setTimeout as delay } from "node:timers/promises";
import { isSet } from "../../api/query.ts";
import type { Route } from "../../api/route.ts";
import type { ContainerDocument } from "../container.ts";
import type { ContainerRooms } from "../rooms.ts";
import { type CpuPart, measure, type Measurement, unmeasured, unmeasuredCpu } from "./measurement.ts";

/** Docker measures once a second. */
const periodMs = 1000;
const neverRead = "0001-01-01T00:00:00Z";

type Rooms = Pick<ContainerRooms, "register" | "machine" | "now">;

/** `/containers/{id}/stats` */
export function statsRoutes(rooms: Rooms): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/containers/{id}/stats",
      handle: ({ params, query, signal }) => {
        const { id } = rooms.register.get(params["id"] ?? "");
        const isOnce = query.has("stream") && !isSet(query, "stream");
        const body = isOnce
          ? once(rooms, id, { hasBefore: !isSet(query, "one-shot"), signal })
          : onAndOn(rooms, id, signal);
        return { kind: "stream", contentType: "application/json", body };
      },
    },
  ];
}

/** A measurement, and when it was made. */
interface Moment {
  readonly read: string;
  readonly measurement: Measurement | undefined;
}

/** One line; with the measurement of a second before unless that is not wanted. */
async function* once(
  rooms: Rooms,
  id: string,
  { hasBefore, signal }: { readonly hasBefore: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const container = rooms.register.get(id);
  const first = await momentOf(rooms, container);
  if (!hasBefore || first.measurement === undefined) return yield lineOf(container, first, undefined);
  if (!(await waited(periodMs, signal))) return;
  const second = await momentOf(rooms, rooms.register.find(id) ?? container);
  yield lineOf(container, second, first);
}

/** A line a second, until the container is removed or the client goes. */
async function* onAndOn(rooms: Rooms, id: string, signal: AbortSignal): AsyncGenerator<string> {
  let before: Moment | undefined;
  for (let due = performance.now(); ; due += periodMs) {
    const container = rooms.register.find(id);
    if (container === undefined) return;
    const moment = await momentOf(rooms, container);
    yield lineOf(container, moment, before);
    before = moment;
    if (!(await waited(due + periodMs - performance.now(), signal))) return;
  }
}

/** Answers whether the client is still there. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  return delay(Math.max(0, ms), true, { signal }).catch(() => false);
}

async function momentOf({ machine, now }: Rooms, { state }: ContainerDocument): Promise<Moment> {
  const { process: first } = state;
  const measurement = first === undefined ? undefined : await measure(first.pid, machine);
  return { read: measurement === undefined ? neverRead : now(), measurement };
}

function lineOf({ id, name }: ContainerDocument, { read, measurement }: Moment, before: Moment | undefined): string {
  const { cpu, rest } = measurement ?? unmeasured;
  const precpu: CpuPart = before?.measurement?.cpu ?? unmeasuredCpu;
  const body = {
    name: `/${name}`,
    id,
    read,
    preread: before?.read ?? neverRead,
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpu,
    precpu_stats: precpu,
    ...rest,
  };
  return `${JSON.stringify(body)}\n`;
}
