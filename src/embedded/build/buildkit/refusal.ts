import { sourceDetail } from "../../../buildkit-api/failure.ts";
import { GrpcError, grpcCode } from "../../../grpc/status.ts";
import { HttpError } from "../../api/http-error.ts";
import { BuildError, type DockerfilePlace } from "../build.ts";

/** An error as clients of BuildKit are told it: with the Dockerfile's lines. What is our own mistake stays as it is. */
export function refusalOf(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof GrpcError) return error;
  if (signal.aborted)
    return new GrpcError({ code: grpcCode.cancelled, message: "the build was cancelled", cause: error });
  if (error instanceof BuildError) {
    const { message, place } = error;
    const details = place === undefined ? [] : [sourceDetail(sourceOf(place))];
    return new GrpcError({ code: grpcCode.unknown, message, details, cause: error });
  }
  if (!(error instanceof HttpError)) return error;
  return new GrpcError({ code: grpcCode.unknown, message: error.message, cause: error });
}

function sourceOf({ file, text, location }: DockerfilePlace): Parameters<typeof sourceDetail>[0] {
  return { filename: file, text, ...location };
}
