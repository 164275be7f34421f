import type { ErrorDetail } from "../grpc/status.ts";

/** Where in a Dockerfile a build failed; lines count from 1, both ends included. */
export interface FailedSource {
  readonly filename: string;
  readonly text: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

const sourceType = "github.com/moby/buildkit/errdefs.Source+json";

/** Finds the place among the details of an error (moby/buildkit, util/grpcerrors: JSON by the name of its Go type). */
export function failedSource(details: readonly ErrorDetail[]): FailedSource | undefined {
  const detail = details.findLast(({ typeUrl }) => typeUrl === sourceType);
  if (detail === undefined) return undefined;
  const { info, ranges = [] } = JSON.parse(Buffer.from(detail.value).toString()) as SourceDetail;
  const [first] = ranges;
  if (info?.data === undefined || first?.start?.line === undefined) return undefined;
  const last = ranges.at(-1)?.end?.line ?? first.start.line;
  return {
    filename: info.filename ?? "Dockerfile",
    text: Buffer.from(info.data, "base64").toString(),
    firstLine: first.start.line,
    lastLine: Math.max(first.start.line, last),
  };
}

/** `errdefs.Source` as Go's JSON writes it: zero values are left out. */
interface SourceDetail {
  readonly info?: { readonly filename?: string; readonly data?: string };
  readonly ranges?: readonly {
    readonly start?: { readonly line?: number };
    readonly end?: { readonly line?: number };
  }[];
}

/** A place as a detail of an error, for clients to show its lines. */
export function sourceDetail({ filename, text, firstLine, lastLine }: FailedSource): ErrorDetail {
  const detail: SourceDetail = {
    info: { filename, data: Buffer.from(text).toString("base64") },
    ranges: [{ start: { line: firstLine }, end: { line: lastLine } }],
  };
  return { typeUrl: sourceType, value: Buffer.from(JSON.stringify(detail)) };
}
