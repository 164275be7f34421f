import { isAtLeast } from "../../../docker-api/version.ts";
import { momentOf } from "../../api/moment.ts";
import { badRequest, notImplemented } from "../../api/http-error.ts";
import { isSet } from "../../api/query.ts";
import type { ApiRequest, Route } from "../../api/route.ts";
import { formatNs, nowNs } from "../../host/clock.ts";
import type { Paths } from "../../store/paths.ts";
import type { ContainerDocument } from "../container.ts";
import type { Containers } from "../containers.ts";
import type { LogEntry, OutputStream } from "../logs/json-line.ts";
import { logOptions } from "../logs/log-options.ts";
import { type LogRange, readLogs } from "../logs/read-logs.ts";
import { framedType, frameTexts, rawType } from "./framing.ts";
import type { Streams } from "./streams.ts";

/** What logs are read from. */
export interface LogRooms {
  readonly containers: Containers;
  readonly streams: Streams;
  readonly paths: Paths;
}

/** `/containers/{id}/logs` */
export function logRoutes({ containers, streams, paths }: LogRooms): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/containers/{id}/logs",
      handle: (request) => {
        const container = containers.get(request.params["id"] ?? "");
        const range = rangeOf(request.query);
        if (logOptions(container.hostConfig).isOff) {
          throw notImplemented("configured logging driver does not support reading");
        }
        const batches = readLogs(paths.container(container.id).log, range, {
          live: streams.liveLog(container.id),
          isFollowing: isSet(request.query, "follow"),
          signal: request.signal,
        });
        const hasTimes = isSet(request.query, "timestamps");
        const body = logBytes(batches, { hasTimes, isFramed: container.config.Tty !== true });
        return { kind: "stream", contentType: streamTypeOf(container, request), body };
      },
    },
  ];
}

/** Since 1.42 the type tells whether there are frames; older clients know it from the container. */
export function streamTypeOf({ config }: ContainerDocument, { apiVersion }: ApiRequest): string {
  return config.Tty !== true && isAtLeast(apiVersion, "1.42") ? framedType : rawType;
}

/** Entries as they go over the wire. */
export async function* logBytes(
  batches: AsyncIterable<readonly LogEntry[]>,
  { hasTimes, isFramed }: { readonly hasTimes: boolean; readonly isFramed: boolean },
): AsyncGenerator<Uint8Array | string> {
  const stamped = hasTimes ? new Stamps() : undefined;
  for await (const batch of batches) {
    const pieces = stamped === undefined ? batch : batch.map((entry) => stamped.stamp(entry));
    yield isFramed ? frameTexts(pieces) : pieces.map(({ text }) => text).join("");
  }
}

/** Puts the time before every line; not before the later parts of one. */
class Stamps {
  readonly #isWithinLine = { stdout: false, stderr: false };

  stamp({ text, stream, time }: LogEntry): LogEntry {
    const stamped = this.#isWithinLine[stream] ? text : `${time} ${text}`;
    this.#isWithinLine[stream] = !text.endsWith("\n");
    return { text: stamped, stream, time };
  }
}

function rangeOf(query: URLSearchParams): LogRange {
  const streams = new Set((["stdout", "stderr"] as const).filter((stream: OutputStream) => isSet(query, stream)));
  if (streams.size === 0) throw badRequest("Bad parameters: you must choose at least one stream");
  const tail = query.get("tail") ?? "all";
  return {
    streams,
    ...(/^\d+$/.test(tail) ? { tail: Number(tail) } : {}),
    ...moment(query, "since"),
    ...moment(query, "until"),
  };
}

function moment<K extends "since" | "until">(query: URLSearchParams, name: K): Partial<Record<K, string>> {
  const text = query.get(name);
  // Clients send 0 for no limit.
  const at = text === "0" ? undefined : momentOf(text, name, nowNs());
  return at === undefined || at === 0n ? {} : ({ [name]: formatNs(at) } as Record<K, string>);
}
