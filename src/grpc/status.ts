import { type Message, MalformedMessageError, bytes, integer, message, repeated, text } from "./protobuf.ts";

/** How a call ended, by the numbers of gRPC (https://grpc.github.io/grpc/core/md_doc_statuscodes.html). */
export const grpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** What an error carries beside its text: JSON or a message, by the URL of its type. */
export interface ErrorDetail {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** A call that the other side refused, or broke off. */
export class GrpcError extends Error {
  readonly code: number;
  readonly details: readonly ErrorDetail[];

  constructor({ code, message: text, details = [], cause }: GrpcErrorParts) {
    super(text, cause === undefined ? undefined : { cause });
    this.name = "GrpcError";
    this.code = code;
    this.details = details;
  }
}

interface GrpcErrorParts {
  readonly code: number;
  readonly message: string;
  readonly details?: readonly ErrorDetail[];
  readonly cause?: unknown;
}

const errorDetail: Message<ErrorDetail> = message<ErrorDetail>({ typeUrl: text(1), value: bytes(2) });

/** `google.rpc.Status` */
export const rpcStatus: Message<Status> = message<Status>({
  code: integer(1),
  message: text(2),
  details: repeated(3, errorDetail),
});

/** How something ended, as a message. */
export interface Status {
  readonly code: number;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}

/** Headers at the end of a call. */
export type Trailers = Readonly<Record<string, string | readonly string[] | number | undefined>>;

/** The error that trailers tell of; none when they tell of success. */
export function errorFromTrailers(trailers: Trailers): GrpcError | undefined {
  const code = Number(trailers["grpc-status"] ?? grpcCode.unknown);
  if (code === grpcCode.ok) return undefined;
  const told = percentDecoded(trailers["grpc-message"]?.toString() ?? "");
  const encoded = trailers["grpc-status-details-bin"];
  return new GrpcError({ code, message: told, details: typeof encoded === "string" ? detailsIn(encoded) : [] });
}

/** Trailers that tell how a call ended. */
export function trailersFor(error: GrpcError | undefined): Record<string, string> {
  if (error === undefined) return { "grpc-status": String(grpcCode.ok) };
  const { code, message: told, details } = error;
  const trailers = { "grpc-status": String(code), "grpc-message": percentEncoded(told) };
  if (details.length === 0) return trailers;
  const status = rpcStatus.encode({ code, message: told, details });
  return { ...trailers, "grpc-status-details-bin": Buffer.from(status).toString("base64").replace(/=+$/, "") };
}

/** Details are an extra: an error is not lost because they cannot be read. */
function detailsIn(encoded: string): readonly ErrorDetail[] {
  try {
    return rpcStatus.decode(Buffer.from(encoded, "base64")).details;
  } catch (error) {
    if (error instanceof MalformedMessageError) return [];
    throw error;
  }
}

/** "Status-Message": bytes outside of printable ASCII, and the percent sign, as `%XX`. */
function percentEncoded(plain: string): string {
  return [...Buffer.from(plain)]
    .map((byte) =>
      byte < 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
        : String.fromCharCode(byte),
    )
    .join("");
}

function percentDecoded(encoded: string): string {
  const parts = encoded.split(/(%[\da-fA-F]{2})/);
  const decoded = parts.map((part, index) =>
    index % 2 === 1 ? Buffer.from(part.slice(1), "hex") : Buffer.from(part, "utf8"),
  );
  return Buffer.concat(decoded).toString();
}
