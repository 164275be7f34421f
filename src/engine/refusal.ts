import { EngineError, type ErrorCode } from "../errors.ts";

/** An answer that is not a success, as it came: becomes an `EngineError` where it is known what we were doing. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: "invalid-request",
  401: "unauthorized",
  403: "unauthorized",
  404: "not-found",
  405: "unsupported",
  409: "conflict",
  501: "unsupported",
  503: "unavailable",
};

/** What is in use, or there twice: Docker answers 403 to some of it, Podman 500 to most. */
const conflict = /active endpoints|associated containers|name .* is already in use|container state improper/i;

const codeOfErrno: Readonly<Record<string, ErrorCode>> = {
  ABORT_ERR: "interrupted",
  EACCES: "unavailable",
  ECONNREFUSED: "unavailable",
  ECONNRESET: "unavailable",
  EHOSTUNREACH: "unavailable",
  EAI_AGAIN: "unavailable",
  ENETUNREACH: "unavailable",
  ENOENT: "unavailable",
  ENOTFOUND: "unavailable",
  EPIPE: "unavailable",
  ETIMEDOUT: "unavailable",
};

/** What users can do about refusals that engines word in ways of their own. */
const hints: readonly (readonly [words: RegExp, hint: string])[] = [
  [
    /pull access denied|unauthorized|authentication required|no basic auth/i,
    "check the name of the image, or log in: tscompose login [REGISTRY]",
  ],
  [/manifest (for .* not found|unknown)/i, "check the tag of the image: this registry does not have it"],
  [
    /port is already allocated|address already in use/i,
    "another program holds the port: publish another one, or stop the program (ss -ltnp shows it)",
  ],
  [
    /executable file .*not found|exec: ".*": stat .*: no such file/i,
    "check command and entrypoint: the image has no such program; what a shell is to read needs sh -c",
  ],
  [
    /exec: ".*": permission denied|open executable: permission denied/i,
    "make the file executable (chmod +x), or run it by its interpreter: sh FILE",
  ],
  [/unable to find (user|group) .*no matching entries/i, "the image has no such user or group: name one by its number"],
  [/toomanyrequests|pull rate limit/i, "wait, or log in, which allows more: tscompose login [REGISTRY]"],
  [
    /marked read-only|read-only file system/i,
    "nothing can be written there: no read_only for the service and no :ro for the mount, or another path",
  ],
  [/no space left on device/i, "free some space: docker system df shows what takes it"],
  [
    /has dependent containers which must be removed before/i,
    "Podman removes nobody whose network others share; tscompose up -d makes these anew along with it",
  ],
  [
    /setting rlimit.*operation not permitted/i,
    "more is asked for than this machine allows, by Podman where nobody says: set both nofile and nproc in ulimits",
  ],
  [/client version .* is too old/i, "this engine is too new for this tscompose: update tscompose"],
  [
    /non-overlapping IPv4 address pool|all predefined address pools/i,
    "too many networks: docker network prune removes those that nobody uses",
  ],
];

/** Turns whatever an engine, or the way to it, answered into the one error that callers see. */
export function engineError(doing: string, cause: unknown): EngineError {
  if (cause instanceof EngineError) return cause;
  const what = wording(cause);
  const status = cause instanceof Refusal ? { status: cause.status } : {};
  const hint = hintFor(what, errnoOf(cause));
  return new EngineError({
    code: codeOf(cause),
    message: `${doing}: ${what}`,
    doing,
    cause,
    ...status,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The system's name of what went wrong, `"ECONNREFUSED"`. */
export function errnoOf(cause: unknown): string | undefined {
  if (!Error.isError(cause) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

function codeOf(cause: unknown): ErrorCode {
  if (cause instanceof Refusal)
    return conflict.test(cause.message) ? "conflict" : (codeOfStatus[cause.status] ?? "engine-fault");
  return codeOfErrno[errnoOf(cause) ?? ""] ?? "engine-fault";
}

function wording(cause: unknown): string {
  if (!Error.isError(cause)) return String(cause);
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(wording).join("; ");
  return cause.message
    .trim()
    .replace(/^Error response from daemon: /, "")
    .replace(/\.$/, "");
}

function hintFor(what: string, errno: string | undefined): string | undefined {
  if (errno === "ECONNREFUSED" || errno === "ECONNRESET" || errno === "ENOENT") {
    return "the engine does not answer any more; see: tscompose doctor";
  }
  return hints.find(([words]) => words.test(what))?.[1];
}
