import { EngineError } from "../errors.ts";
import type { Attempt } from "./connect.ts";
import { errnoOf } from "./refusal.ts";

interface Circumstances {
  readonly isExplicit: boolean;
  readonly platform: NodeJS.Platform;
}

/** The one error for "no engine": what was tried, why it did not do, and what to do next. */
export function explainAttempts(attempts: readonly Attempt[], { isExplicit, platform }: Circumstances): EngineError {
  const doing = "connecting to an engine";
  const lines = attempts.map(({ address, origin, outcome }) => `  ${address} (${origin}): ${reason(outcome)}`);
  const head = isExplicit ? "the chosen container engine does not answer" : "no container engine answers";
  const causes = attempts.flatMap(({ outcome }) => (outcome.kind === "refused" ? [outcome.error] : []));
  const cause = causes.length === 1 ? causes[0] : new AggregateError(causes, "every candidate refused");
  const tooOld = causes.find(({ code }) => code === "unsupported");
  const hint = tooOld?.hint ?? hintFor(attempts, { isExplicit, platform });
  return new EngineError({ code: "unavailable", doing, message: [head, ...lines].join("\n"), hint, cause });
}

/** Why a candidate did not do, in words rather than in the system's abbreviations. */
export function reason(outcome: Attempt["outcome"]): string {
  if (outcome.kind === "untried") return "not tried";
  if (outcome.kind === "answered") return `API ${outcome.apiVersion}`;
  const { cause, message, doing } = outcome.error;
  return reasons[errnoOf(cause) ?? ""] ?? message.replace(`${doing}: `, "");
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  ECONNREFUSED: "connection refused, nobody listens",
  ECONNRESET: "hung up without an answer",
  ENOTFOUND: "no such host",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "host unreachable",
};

function hintFor(attempts: readonly Attempt[], { isExplicit, platform }: Circumstances): string {
  const errnos = attempts.map(({ outcome }) => (outcome.kind === "refused" ? errnoOf(outcome.error.cause) : undefined));
  const complaint = attempts.map(({ outcome }) => reason(outcome)).join("\n");
  if (errnos.includes("EACCES")) {
    return "join the group that may use it, then log in again: sudo usermod -aG docker $USER";
  }
  if (
    /certificate|TLS|SSL|HTTPS|hung up/i.test(complaint) &&
    attempts.some(({ address }) => address.startsWith("tcp:"))
  ) {
    return "check DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem): the engine wants, or lacks, TLS";
  }
  if (/ssh/.test(complaint)) return "check the way there: ssh HOST docker system dial-stdio </dev/null";
  if (isExplicit) return "start that engine, or choose another: unset DOCKER_HOST, docker context use default";
  return platform === "linux"
    ? "start one: sudo systemctl start docker, or systemctl --user start podman.socket; or name one: DOCKER_HOST=…"
    : "start Docker Desktop, OrbStack, Colima or a Podman machine; or name one: DOCKER_HOST=…";
}
