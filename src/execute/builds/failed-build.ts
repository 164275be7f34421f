import { type FailedSource, failedSource } from "../../buildkit-api/failure.ts";
import { TscomposeError } from "../../errors.ts";
import { GrpcError } from "../../grpc/status.ts";

/** What is known of a build that failed. */
export interface FailedBuild {
  readonly service: string;
  /** The Dockerfile as the user named it. */
  readonly dockerfile: string;
  readonly failedStep: string | undefined;
  /** What was said of that step: engines before 23.0 may say nothing of the whole. */
  readonly failure: string | undefined;
  readonly lastLines: readonly string[];
}

/** Lines of the Dockerfile before and after those to blame. */
const surroundingLines = 3;

/** One screen that says it all: place, cause, the lines of the Dockerfile, and the last that was printed. */
export function failedBuild(cause: TscomposeError, build: FailedBuild): TscomposeError {
  if (cause.code !== "operation-failed") return placed(cause, build);
  const source = cause.cause instanceof GrpcError ? failedSource(cause.cause.details) : undefined;
  const said = cause.message || (build.failure ?? "the builder did not say why");
  const lines = [
    `services.${build.service}.build: ${placeOf(source, said, build)}${plainWords(said)}`,
    ...build.lastLines.map((line) => `  ${line}`),
    ...(source === undefined ? stepLine(build) : ["", ...excerpt(source)]),
  ];
  const hint = cause.hint ?? hintFor(said);
  return new TscomposeError({
    code: cause.code,
    message: lines.join("\n"),
    cause,
    ...(hint === undefined ? {} : { hint }),
  });
}

function placed({ code, message, hint, cause }: TscomposeError, { service }: FailedBuild): TscomposeError {
  const details = { code, message: `services.${service}.build: ${message}`, cause };
  return new TscomposeError(hint === undefined ? details : { ...details, hint });
}

function placeOf(source: FailedSource | undefined, message: string, { dockerfile }: FailedBuild): string {
  const line = source?.firstLine ?? /parse error (?:on )?line (\d+)/.exec(message)?.[1];
  return line === undefined ? "" : `${dockerfile}:${line}: `;
}

/** The builder's words without those about its own insides. */
function plainWords(message: string): string {
  return message
    .replace(/^rpc error: code = \w+ desc = /, "")
    .replace(/^failed to solve with frontend [\w.]+: (?:failed to create LLB definition: )?/, "")
    .replace(/dockerfile parse error (?:on )?line \d+: /, "")
    .replace(/failed to compute cache key: (?:failed to calculate checksum of ref \S+: )?/, "")
    .replace(/^process "(.*)" did not complete successfully: exit code: (\d+)$/s, "exit code $2: $1")
    .replace(/^executor failed running \[(.*)\]: exit code: (\d+)$/s, "exit code $2: $1")
    .replace(/^(exit code \d+): \/bin\/sh -c /, "$1: ");
}

function stepLine({ failedStep }: FailedBuild): readonly string[] {
  return failedStep === undefined ? [] : [`  in ${failedStep}`];
}

function excerpt({ text, firstLine, lastLine }: FailedSource): readonly string[] {
  const lines = text.replace(/\n$/, "").split("\n");
  const from = Math.max(1, firstLine - surroundingLines);
  const to = Math.min(lines.length, lastLine + surroundingLines);
  const width = String(to).length;
  return lines.slice(from - 1, to).map((line, index) => {
    const number = from + index;
    const mark = number >= firstLine && number <= lastLine ? ">" : " ";
    return `  ${mark} ${String(number).padStart(width)} | ${line.trimEnd()}`;
  });
}

function hintFor(message: string): string | undefined {
  const missing = /"([^"]+)": not found|"([^"]+)" not found/.exec(message);
  if (missing !== null) {
    return `see that the path is in the build context, and that .dockerignore does not leave it out`;
  }
  if (/(?:secret|ssh)\b.*not found|unset ssh forward key/.test(message)) {
    return "give it to the build: build.secrets and build.ssh name what a Dockerfile may mount";
  }
  if (/is not allowed/.test(message)) {
    return "ask for it with build.entitlements; the engine's configuration says what it allows (builder.entitlements)";
  }
  return undefined;
}
