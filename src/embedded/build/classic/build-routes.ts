import { rm } from "node:fs/promises";
import { HttpError, badRequest } from "../../api/http-error.ts";
import { momentOf } from "../../api/moment.ts";
import { filtersOf } from "../../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../../api/route.ts";
import type { ImagesForBuilds } from "../../images/for-builds.ts";
import { jsonLines } from "../../images/progress.ts";
import { TarError } from "../../tar/entry.ts";
import { BuildError, type BuildRequest } from "../build.ts";
import type { OpenBuilder } from "../create-builder.ts";
import { EventQueue } from "../event-queue.ts";
import { failureText } from "../failure-text.ts";
import { BuildLines } from "./build-lines.ts";
import { ContextFolder } from "./context-folder.ts";
import { type ClassicWish, classicWish } from "./query.ts";

/** What the classic door needs. */
export interface ClassicParts {
  readonly builder: OpenBuilder;
  readonly images: Pick<ImagesForBuilds, "makeTemporary">;
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
}

/** `POST /build`, as it was before BuildKit; `POST /build/prune`. */
export function buildRoutes(parts: ClassicParts): readonly Route[] {
  return [
    { method: "POST", path: "/build", handle: (request) => build(parts, request) },
    { method: "POST", path: "/build/prune", handle: (request) => prune(parts, request) },
  ];
}

async function build(parts: ClassicParts, request: ApiRequest): Promise<ApiReply> {
  return jsonLines(buildLines(parts, classicWish(request), request), asRefusal);
}

function asRefusal(error: unknown): unknown {
  if (error instanceof BuildError) return new HttpError(error.isInvalidRequest ? 400 : 500, failureText(error), error);
  return error instanceof TarError ? badRequest(`invalid build context: ${error.message}`) : error;
}

async function* buildLines(
  { builder, images }: ClassicParts,
  { dockerfile, isQuiet, ...wish }: ClassicWish,
  { body, signal }: ApiRequest,
): AsyncGenerator<object> {
  const temporary = await images.makeTemporary();
  const left = new AbortController();
  try {
    const context = await ContextFolder.unpack(body, temporary);
    const events = new EventQueue();
    const request: BuildRequest = {
      ...wish,
      dockerfile: { source: context, path: dockerfile },
      context,
      namedContexts: new Map(),
      entitlements: [],
      secret: () => Promise.resolve(undefined),
      ssh: () => Promise.resolve(undefined),
      emit: (event) => events.push(event),
      signal: AbortSignal.any([signal, left.signal]),
    };
    const built = builder.build(request).finally(() => events.end());
    built.catch(() => {});
    const lines = new BuildLines({ isQuiet });
    try {
      for await (const batch of events.batches()) for (const event of batch) yield* lines.of(event);
      const result = await built;
      if (wish.cacheFrom.length > 0) yield { stream: "cache sources were not used: only this engine's own cache is\n" };
      yield* lines.result(result, wish.tags);
    } finally {
      // Whoever does not read on does not want the image.
      left.abort();
      await built.catch(() => {});
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function prune({ builder, nowNs }: ClassicParts, { query }: ApiRequest): Promise<ApiReply> {
  const filters = filtersOf(query, [
    "until",
    "unused-for",
    "all",
    "id",
    "parent",
    "type",
    "description",
    "inuse",
    "shared",
    "private",
  ]);
  const [until] = filters.get("until") ?? filters.get("unused-for") ?? [];
  const moment = momentOf(until ?? null, "until", nowNs());
  const unusedSinceMs = moment === undefined ? Number.POSITIVE_INFINITY : Number(moment / 1_000_000n);
  const { keys, bytes } = await builder.prune({ unusedSinceMs });
  return { kind: "json", body: { CachesDeleted: keys, SpaceReclaimed: bytes } };
}
