import { GrpcError, grpcCode } from "../../grpc/status.ts";
import { EngineError, TscomposeError } from "../../errors.ts";
import { engineError } from "../refusal.ts";

const doing = "building";

/** What a build ended with, as callers see it: the builder's own words, without the way they came. */
export function buildFailure(cause: unknown): EngineError | TscomposeError {
  if (cause instanceof TscomposeError) return cause;
  if (!(cause instanceof GrpcError)) return engineError(doing, cause);
  const message = cause.message.replace(/^(?:failed to solve: |rpc error: code = \w+ desc = )+/, "");
  const code = cause.code === grpcCode.unavailable ? "unavailable" : "operation-failed";
  return new EngineError({ code, doing, message, cause });
}
