import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, flag, map, message, nested, text } from "../grpc/protobuf.ts";

/** What a frontend is asked by a client that directs the build itself (frontend/gateway/pb/gateway.proto). */
export interface GatewaySolveRequest {
  readonly frontend: string;
  readonly options: Readonly<Record<string, string>>;
  readonly allowResultReturn: boolean;
  readonly allowResultArrayRef: boolean;
}

interface Result {
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}

interface HasResult {
  readonly result: Result | undefined;
}

const result: Message<Result> = message<Result>({ metadata: map(10, "bytes") });

/** Header that says which build of `Control.Solve` is directed. */
export const buildIdHeader = "buildkit-controlapi-buildid";

/** `moby.buildkit.v1.frontend.LLBBridge`, as far as questions to a frontend ask for it. */
export const gateway: {
  readonly solve: Method<GatewaySolveRequest, HasResult>;
  readonly finish: Method<HasResult, Readonly<Record<string, never>>>;
} = {
  solve: methodOf(
    "moby.buildkit.v1.frontend.LLBBridge",
    "Solve",
    message<GatewaySolveRequest>({
      frontend: text(2),
      options: map(3, "text"),
      allowResultReturn: flag(5),
      allowResultArrayRef: flag(6),
    }),
    message<HasResult>({ result: nested(3, result) }),
  ),
  finish: methodOf(
    "moby.buildkit.v1.frontend.LLBBridge",
    "Return",
    message<HasResult>({ result: nested(1, result) }),
    message<Readonly<Record<string, never>>>({}),
  ),
};

/** The request for what is to be said against a Dockerfile (frontend/subrequests/lint), and where the answer is. */
export const lintRequest = {
  id: "frontend.lint",
  capability: "moby.buildkit.frontend.subrequests",
  answer: "result.json",
} as const;
