import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, bytes, flag, integer, map, message, nested, repeated, text } from "../grpc/protobuf.ts";

/** `google.protobuf.Timestamp` */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

const timestamp: Message<Timestamp> = message<Timestamp>({ seconds: integer(1), nanos: integer(2) });

/** A place that a build's cache comes from or goes to: `registry`, `local`, `inline`, `gha`, `s3`, ... */
export interface CacheEntry {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

interface CacheOptions {
  readonly exports: readonly CacheEntry[];
  readonly imports: readonly CacheEntry[];
}

/** Where a result goes: `moby` is the engine's own store. */
export interface Exporter {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

const typed: Message<CacheEntry> = message<CacheEntry>({ type: text(1), attrs: map(2, "text") });

/** What to build. `exporterType` and `exporterAttrs` are for engines that do not know `exporters` yet (before 25.0). */
export interface SolveRequest {
  /** By which its status is asked for. */
  readonly ref: string;
  readonly exporterType: string;
  readonly exporterAttrs: Readonly<Record<string, string>>;
  /** Where files, secrets and logins are asked for. */
  readonly session: string;
  /** `dockerfile.v0`; empty: a client of the gateway says what is to be done. */
  readonly frontend: string;
  readonly frontendAttrs: Readonly<Record<string, string>>;
  readonly cache: CacheOptions | undefined;
  readonly entitlements: readonly string[];
  readonly internal: boolean;
  readonly exporters: readonly Exporter[];
  /** A graph of low-level steps in the place of a frontend (`pb.Definition`, not taken apart). */
  readonly definition: Uint8Array;
  /** What `input:` of a further context stands for, each a `pb.Definition`. */
  readonly frontendInputs: Readonly<Record<string, Uint8Array>>;
}

/** What exporters tell: `containerimage.config.digest` is the id of an image in an engine's own store. */
export interface SolveResponse {
  readonly exporterResponse: Readonly<Record<string, string>>;
}

/** One step of a build: a node of the graph that is solved. */
export interface Vertex {
  readonly digest: string;
  readonly inputs: readonly string[];
  /** `[web 2/3] RUN make` */
  readonly name: string;
  readonly cached: boolean;
  readonly started: Timestamp | undefined;
  readonly completed: Timestamp | undefined;
  readonly error: string;
}

/** How far something within a step has come: a layer that is fetched, files that are sent. */
export interface VertexStatus {
  readonly id: string;
  readonly vertex: string;
  readonly name: string;
  readonly current: number;
  readonly total: number;
  readonly timestamp: Timestamp | undefined;
  readonly started: Timestamp | undefined;
  readonly completed: Timestamp | undefined;
}

/** A piece of what a command of a step prints; not cut at line ends. */
export interface VertexLog {
  readonly vertex: string;
  readonly timestamp: Timestamp | undefined;
  /** 1 for standard output, 2 for standard error. */
  readonly stream: number;
  readonly message: Uint8Array;
}

/** A place in a Dockerfile; lines count from 1. */
export interface Range {
  readonly start: Position | undefined;
  readonly end: Position | undefined;
}

interface Position {
  readonly line: number;
  readonly character: number;
}

/** A Dockerfile that a place is in. */
export interface SourceInfo {
  readonly filename: string;
  readonly data: Uint8Array;
}

/** What a builder has to say against a Dockerfile. */
export interface VertexWarning {
  readonly vertex: string;
  readonly level: number;
  /** `StageNameCasing: Stage name 'Web' should be lowercase (line 3)` */
  readonly short: Uint8Array;
  readonly detail: readonly Uint8Array[];
  readonly url: string;
  readonly info: SourceInfo | undefined;
  readonly ranges: readonly Range[];
}

/** What has happened since the last answer. */
export interface StatusResponse {
  readonly vertexes: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly VertexWarning[];
}

const position = message<Position>({ line: integer(1), character: integer(2) });
const range = message<Range>({ start: nested(1, position), end: nested(2, position) });
const sourceInfo = message<SourceInfo>({ filename: text(1), data: bytes(2) });
const solveRequest = message<SolveRequest>({
  ref: text(1),
  definition: bytes(2),
  exporterType: text(3),
  exporterAttrs: map(4, "text"),
  session: text(5),
  frontend: text(6),
  frontendAttrs: map(7, "text"),
  cache: nested(8, message<CacheOptions>({ exports: repeated(4, typed), imports: repeated(5, typed) })),
  entitlements: repeated(9, "text"),
  frontendInputs: map(10, "bytes"),
  internal: flag(11),
  exporters: repeated(13, typed),
});
const vertex = message<Vertex>({
  digest: text(1),
  inputs: repeated(2, "text"),
  name: text(3),
  cached: flag(4),
  started: nested(5, timestamp),
  completed: nested(6, timestamp),
  error: text(7),
});
const vertexStatus = message<VertexStatus>({
  id: text(1),
  vertex: text(2),
  name: text(3),
  current: integer(4),
  total: integer(5),
  timestamp: nested(6, timestamp),
  started: nested(7, timestamp),
  completed: nested(8, timestamp),
});
const vertexLog = message<VertexLog>({
  vertex: text(1),
  timestamp: nested(2, timestamp),
  stream: integer(3),
  message: bytes(4),
});
const vertexWarning = message<VertexWarning>({
  vertex: text(1),
  level: integer(2),
  short: bytes(3),
  detail: repeated(4, "bytes"),
  url: text(5),
  info: nested(6, sourceInfo),
  ranges: repeated(7, range),
});
/** Also what the engine's `POST /build` of version 2 tells, each encoded in a line of JSON. */
export const statusResponse: Message<StatusResponse> = message<StatusResponse>({
  vertexes: repeated(1, vertex),
  statuses: repeated(2, vertexStatus),
  logs: repeated(3, vertexLog),
  warnings: repeated(4, vertexWarning),
});

/** Who carries builds out, and what is known of it. */
export interface Worker {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly platforms: readonly Platform[];
  readonly version: Version | undefined;
}

/** `pb.Platform` */
interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly variant: string;
}

interface Version {
  readonly package: string;
  readonly version: string;
  readonly revision: string;
}

interface Workers {
  readonly workers: readonly Worker[];
}

/** The label by which Docker's own worker tells what `host-gateway` stands for (moby/moby, builder/builder-next/worker/label). */
export const hostGatewayLabel = "org.mobyproject.buildkit.worker.moby.host-gateway-ip";

const version = message<Version>({ package: text(1), version: text(2), revision: text(3) });
/** `moby.buildkit.v1.types.WorkerRecord` */
export const worker: Message<Worker> = message<Worker>({
  id: text(1),
  labels: map(2, "text"),
  platforms: repeated(3, message<Platform>({ architecture: text(1), os: text(2), variant: text(3) })),
  version: nested(5, version),
});

/** What of the cache is to go. */
export interface PruneRequest {
  readonly filters: readonly string[];
  /** Younger is kept, in nanoseconds. */
  readonly keepDuration: number;
  /** Bytes that are to be left alone, or to be reached. */
  readonly reservedSpace: number;
  readonly maxUsedSpace: number;
  readonly minFreeSpace: number;
}

/** A part of the cache. */
export interface UsageRecord {
  readonly id: string;
  readonly size: number;
  readonly description: string;
  readonly recordType: string;
}

const pruneRequest = message<PruneRequest>({
  filters: repeated(1, "text"),
  keepDuration: integer(3),
  reservedSpace: integer(4),
  maxUsedSpace: integer(5),
  minFreeSpace: integer(6),
});
const usageRecord = message<UsageRecord>({
  id: text(1),
  size: integer(4),
  description: text(9),
  recordType: text(10),
});

type Empty = Readonly<Record<string, never>>;
const empty = message<Empty>({});

/** `moby.buildkit.v1.Control`, as far as builds ask for it (moby/buildkit, api/services/control/control.proto). */
export const control: {
  readonly solve: Method<SolveRequest, SolveResponse>;
  readonly status: Method<{ readonly ref: string }, StatusResponse>;
  readonly listWorkers: Method<Empty, Workers>;
  /** Answers with what has gone. */
  readonly prune: Method<PruneRequest, UsageRecord>;
  readonly info: Method<Empty, { readonly version: Version | undefined }>;
} = {
  solve: methodOf(
    "moby.buildkit.v1.Control",
    "Solve",
    solveRequest,
    message<SolveResponse>({ exporterResponse: map(1, "text") }),
  ),
  status: methodOf(
    "moby.buildkit.v1.Control",
    "Status",
    message<{ readonly ref: string }>({ ref: text(1) }),
    statusResponse,
  ),
  listWorkers: methodOf(
    "moby.buildkit.v1.Control",
    "ListWorkers",
    empty,
    message<Workers>({ workers: repeated(1, worker) }),
  ),
  prune: methodOf("moby.buildkit.v1.Control", "Prune", pruneRequest, usageRecord),
  info: methodOf(
    "moby.buildkit.v1.Control",
    "Info",
    empty,
    message<{ readonly version: Version | undefined }>({ version: nested(1, version) }),
  ),
};
