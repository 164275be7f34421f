import { EngineError } from "../errors.ts";
import { type Address, parseAddress } from "./address.ts";
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
  const hint = attempts.map(hintOfKind).find((each) => each !== undefined);
  if (hint !== undefined) return hint;
  if (isExplicit) return "start that engine, or choose another: unset DOCKER_HOST, docker context use default";
  return platform === "linux"
    ? "start one: sudo systemctl start docker, or systemctl --user start podman.socket; or name one: DOCKER_HOST=…"
    : "start Docker Desktop, OrbStack, Colima or a Podman machine; or name one: DOCKER_HOST=…";
}

/** What to do about an attempt, where the way that it took has difficulties of its own. */
function hintOfKind({ address, origin, outcome }: Attempt): string | undefined {
  if (outcome.kind !== "refused") return undefined;
  const way = parseAddress(address, origin);
  switch (way.kind) {
    case "ssh":
      return errnoOf(causeOf(outcome.error.cause)) === "ENOENT"
        ? "install ssh, or put it on the PATH"
        : `check the way there: ${sshCommand(way)} docker system dial-stdio </dev/null`;
    case "tcp":
      return /certificate|TLS|SSL|HTTPS|hung up/i.test(reason(outcome))
        ? "check DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (ca.pem, cert.pem, key.pem): the engine wants, or lacks, TLS"
        : undefined;
    case "socket":
      return errnoOf(outcome.error.cause) === "EACCES"
        ? "join the group that may use it, then log in again: sudo usermod -aG docker $USER"
        : undefined;
  }
}

/** To be pasted into a shell, which must not read more than a place into it. */
function sshCommand({ destination, port }: Extract<Address, { kind: "ssh" }>): string {
  const to = /^[\w.@:-]+$/.test(destination) ? destination : "HOST";
  return port === undefined ? `ssh ${to}` : `ssh -p ${port} ${to}`;
}

function causeOf(error: unknown): unknown {
  return Error.isError(error) ? error.cause : undefined;
}
