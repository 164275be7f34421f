import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, bytes, flag, map, message, nested, repeated, text } from "../grpc/protobuf.ts";
import { type Status, rpcStatus } from "../grpc/status.ts";
import { type Worker, worker } from "./control.ts";

/** What a frontend is asked by a client that directs the build itself (frontend/gateway/pb/gateway.proto). */
export interface GatewaySolveRequest {
  /** A graph of low-level steps in the place of a frontend (`pb.Definition`, not taken apart). */
  readonly definition: Uint8Array;
  readonly frontend: string;
  readonly options: Readonly<Record<string, string>>;
  readonly allowResultReturn: boolean;
  readonly allowResultArrayRef: boolean;
  /** What `input:` of a further context stands for, each a `pb.Definition`. */
  readonly inputs: Readonly<Record<string, Uint8Array>>;
}

/** A file system that was built, by a name of the builder's and by what other builds may take it by. */
interface Ref {
  readonly id: string;
  /** A `pb.Definition`. */
  readonly definition: Uint8Array;
}

interface Result {
  readonly ref: Ref | undefined;
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

interface HasResult {
  readonly result: Result | undefined;
}

interface Return extends HasResult {
  readonly error: Status | undefined;
}

interface Capability {
  readonly id: string;
  readonly isEnabled: boolean;
}

/** What a builder can do, and who does it. */
interface Pong {
  readonly frontendCapabilities: readonly Capability[];
  readonly stepCapabilities: readonly Capability[];
  readonly workers: readonly Worker[];
}

type Empty = Readonly<Record<string, never>>;

const empty = message<Empty>({});
const ref = message<Ref>({ id: text(1), definition: bytes(2) });
const result: Message<Result> = message<Result>({ ref: nested(3, ref), metadata: map(10, "bytes") });
const capability = message<Capability>({ id: text(1), isEnabled: flag(2) });

/** Header that says which build of `Control.Solve` is directed. */
export const buildIdHeader = "buildkit-controlapi-buildid";

const service = "moby.buildkit.v1.frontend.LLBBridge";

/** `moby.buildkit.v1.frontend.LLBBridge`, as far as builds of Dockerfiles and questions to the frontend ask for it. */
export const gateway: {
  readonly ping: Method<Empty, Pong>;
  readonly solve: Method<GatewaySolveRequest, HasResult>;
  /** Has a result made that was only promised. */
  readonly evaluate: Method<{ readonly ref: string }, Empty>;
  readonly finish: Method<Return, Empty>;
} = {
  ping: methodOf(
    service,
    "Ping",
    empty,
    message<Pong>({
      frontendCapabilities: repeated(1, capability),
      stepCapabilities: repeated(2, capability),
      workers: repeated(3, worker),
    }),
  ),
  solve: methodOf(
    service,
    "Solve",
    message<GatewaySolveRequest>({
      definition: bytes(1),
      frontend: text(2),
      options: map(3, "text"),
      allowResultReturn: flag(5),
      allowResultArrayRef: flag(6),
      inputs: map(13, "bytes"),
    }),
    message<HasResult>({ result: nested(3, result) }),
  ),
  evaluate: methodOf(service, "Evaluate", message<{ readonly ref: string }>({ ref: text(1) }), empty),
  finish: methodOf(
    service,
    "Return",
    message<Return>({ result: nested(1, result), error: nested(2, rpcStatus) }),
    empty,
  ),
};

/** The request for what is to be said against a Dockerfile (frontend/subrequests/lint), and where the answer is. */
export const lintRequest = {
  id: "frontend.lint",
  capability: "moby.buildkit.frontend.subrequests",
  answer: "result.json",
} as const;
