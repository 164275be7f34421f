import { rm } from "node:fs/promises";
import { HttpError, badRequest } from "../../api/http-error.ts";
import { momentOf } from "../../api/moment.ts";
import { filtersOf } from "../../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../../api/route.ts";
import { jsonLines } from "../../images/progress.ts";
import { TarError } from "../../tar/entry.ts";
import { BuildError } from "../build.ts";
import type { JobParts } from "../buildkit/build-job.ts";
import { TracedBuilds } from "../buildkit/traced-builds.ts";
import { failureText } from "../failure-text.ts";
import { followBuild } from "../follow-build.ts";
import { openRemoteContext } from "../remote-context.ts";
import { BuildLines } from "./build-lines.ts";
import { ContextFolder } from "./context-folder.ts";
import { type ClassicWish, classicWish } from "./query.ts";

/** What the classic door needs. */
export interface ClassicParts extends JobParts {
  /** Nanoseconds since 1970. */
  readonly nowNs: () => bigint;
}

/**
 * `POST /build`, as it was before BuildKit, and as clients of Docker 18.09 to 20.10 ask BuildKit, `POST /build/cancel`;
 * `POST /build/prune`.
 */
export function buildRoutes(parts: ClassicParts): readonly Route[] {
  const traced = new TracedBuilds(parts);
  return [
    { method: "POST", path: "/build", handle: (request) => build(parts, traced, request) },
    { method: "POST", path: "/build/cancel", handle: ({ query }) => cancel(traced, query.get("id") ?? "") },
    { method: "POST", path: "/build/prune", handle: (request) => prune(parts, request) },
  ];
}

function cancel(traced: TracedBuilds, id: string): ApiReply {
  if (id === "") throw badRequest("build ID not specified");
  traced.cancel(id);
  return { kind: "empty", status: 200 };
}

async function build(parts: ClassicParts, traced: TracedBuilds, request: ApiRequest): Promise<ApiReply> {
  const upload = traced.uploadOf(request);
  if (upload !== undefined) return traced.offer(upload, request);
  const isTraced = request.query.get("version") === "2";
  const lines = isTraced ? traced.lines(request) : buildLines(parts, classicWish(request), request);
  return jsonLines(lines, asRefusal);
}

function asRefusal(error: unknown): unknown {
  if (error instanceof BuildError) return new HttpError(error.isInvalidRequest ? 400 : 500, failureText(error), error);
  return error instanceof TarError ? badRequest(`invalid build context: ${error.message}`) : error;
}

async function* buildLines(
  { builder, images }: ClassicParts,
  { dockerfile, isQuiet, remote, ...wish }: ClassicWish,
  { body, signal }: ApiRequest,
): AsyncGenerator<object> {
  const temporary = await images.makeTemporary();
  try {
    const context =
      remote === ""
        ? await ContextFolder.unpack(body, temporary)
        : openRemoteContext(remote, dockerfile, { folder: temporary, signal });
    const request = {
      ...wish,
      dockerfile: { source: context, path: dockerfile },
      context,
      namedContexts: new Map(),
      entitlements: [],
      secret: () => Promise.resolve(undefined),
      ssh: () => Promise.resolve(undefined),
      signal,
    };
    const lines = new BuildLines({ isQuiet });
    const result = yield* followBuild(builder, request, (events) => events.flatMap((event) => lines.of(event)));
    yield* lines.result(result, wish.tags);
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
