import { lintRequest } from "../../../buildkit-api/gateway.ts";
import type { CheckedDockerfile, SourceLocation } from "../build.ts";
import { ruleDescription, ruleUrl } from "../plan/rules.ts";

/** The answer to {@link lintRequest}, by the names that clients know (moby/buildkit, frontend/subrequests/lint/lint.go). */
export function lintAnswer({ file, text, warnings, mistake }: CheckedDockerfile): Record<string, Uint8Array> {
  const answer = {
    warnings: warnings.map(({ rule, message, location }) => ({
      ruleName: rule,
      description: ruleDescription(rule),
      url: ruleUrl(rule),
      detail: message,
      location: rangesOf(location),
    })),
    sources: [{ filename: file, data: Buffer.from(text).toString("base64") }],
    ...(mistake === undefined
      ? {}
      : { buildError: { message: mistake.message, location: rangesOf(mistake.location) } }),
  };
  const isClean = warnings.length === 0 && mistake === undefined;
  return {
    [lintRequest.answer]: Buffer.from(JSON.stringify(answer)),
    "result.statuscode": Buffer.from(isClean ? "0" : "1"),
    version: Buffer.from("1.0.0"),
  };
}

function rangesOf(location: SourceLocation | undefined): object {
  if (location === undefined) return {};
  return { ranges: [{ start: { line: location.firstLine }, end: { line: location.lastLine } }] };
}
