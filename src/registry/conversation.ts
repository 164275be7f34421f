import type { RegistryAuth } from "../docker-api/registry.ts";
import { refusalOf } from "./answers.ts";
import { authorize } from "./authorization.ts";
import { type Endpoint, type RegistrySettings, endpointsOf } from "./endpoints.ts";
import { type Answer, type Exchange, type Question, ask } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";
import { type Pause, withRetries } from "./retry.ts";

/** What is asked of a registry. */
export interface Wish extends Pick<Question, "method"> {
  /** Below `/v2/`, or a place that the registry named. */
  readonly target: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Opened anew for each try. */
  readonly body?: () => Uint8Array | AsyncIterable<Uint8Array>;
  /** For messages: `manifest of acme/web:1`. */
  readonly subject: string;
  readonly accepted: readonly number[];
}

/** Speaks to a registry about one thing: knows where it answers, and is let in once. */
export interface Conversation {
  /** Tries again what may go better. Throws a {@link RegistryError} for what is not accepted. */
  ask(wish: Wish): Promise<Answer>;
  askOnce(wish: Wish): Promise<Answer>;
  readonly signal: AbortSignal;
  readonly pause: Pause;
  /** What the registry gave at the last login, if anything. */
  readonly identityToken: () => string | undefined;
}

/** Who speaks about what. */
export interface ConversationParts {
  readonly registry: string;
  readonly settings: RegistrySettings;
  readonly exchange: Exchange;
  readonly auth: RegistryAuth | undefined;
  readonly scopes: readonly string[];
  /** For messages about being let in. */
  readonly subject: string;
  /** Whether a stand-in will do: not for pushes and logins. */
  readonly withMirrors: boolean;
  readonly signal: AbortSignal;
  readonly pause: Pause;
}

/** Opens one; nothing is asked before something is wanted. */
export function openConversation(parts: ConversationParts): Conversation {
  const { registry, settings, exchange, signal, pause } = parts;
  let endpoints = endpointsOf(registry, settings).filter(({ isMirror }) => parts.withMirrors || !isMirror);
  const admissions = new Map<string, Promise<string>>();
  let identityToken: string | undefined;

  async function admit(endpoint: Endpoint, refusal: Answer): Promise<string> {
    const { auth, scopes, subject } = parts;
    const admission = await authorize(exchange, refusal, endpoint, {
      auth,
      scopes,
      subject,
      insecure: settings.insecure,
      signal,
    });
    identityToken = admission.identityToken ?? identityToken;
    return admission.authorization;
  }

  async function send(endpoint: Endpoint, wish: Wish, authorization: string | undefined): Promise<Answer> {
    const { target, method, headers = {}, body } = wish;
    const url = target instanceof URL ? target : new URL(`${endpoint.base}/v2/${target}`);
    const isOwn = url.host === new URL(endpoint.base).host;
    const told = authorization === undefined || !isOwn ? {} : { Authorization: authorization };
    const question = { method, headers: { ...headers, ...told }, signal, ...(body && { body: body() }) };
    return ask(exchange, url, question, endpoint);
  }

  /** Asks, and once more with what a 401 asks for: also when a token has expired meanwhile. */
  async function admitted(endpoint: Endpoint, wish: Wish): Promise<Answer> {
    const known = admissions.get(endpoint.base);
    const answer = await send(endpoint, wish, await known);
    if (answer.status !== 401) return answer;
    answer.body.resume();
    if (admissions.get(endpoint.base) === known) {
      const admission = admit(endpoint, answer);
      admission.catch(() => admissions.delete(endpoint.base));
      admissions.set(endpoint.base, admission);
    }
    return send(endpoint, wish, await admissions.get(endpoint.base));
  }

  async function askAt(endpoint: Endpoint, wish: Wish): Promise<Answer> {
    const answer = await admitted(endpoint, wish);
    // It speaks TLS, or it does not: that need not be found out again.
    if (!endpoint.isMirror) endpoints = endpoints.filter((each) => each.isMirror || each === endpoint);
    if (wish.accepted.includes(answer.status)) return answer;
    throw await refusalOf(answer, wish.subject);
  }

  async function askOnce(wish: Wish): Promise<Answer> {
    for (const [index, endpoint] of endpoints.entries()) {
      try {
        return await askAt(endpoint, wish);
      } catch (error) {
        signal.throwIfAborted();
        if (index === endpoints.length - 1 || !isReasonToGoOn(error, endpoint)) throw error;
      }
    }
    throw new RegistryError("unreachable", `there is no place to ask for ${wish.subject}`);
  }

  return {
    askOnce,
    ask: (wish) => withRetries(() => askOnce(wish), { pause, signal }),
    signal,
    pause,
    identityToken: () => identityToken,
  };
}

/** From a mirror to what it stands for; from TLS to none, unless it was TLS indeed, or nobody is there. */
function isReasonToGoOn(error: unknown, { isMirror }: Endpoint): boolean {
  if (!(error instanceof RegistryError)) return false;
  if (isMirror) return true;
  const code = Error.isError(error.cause) && "code" in error.cause ? String(error.cause.code) : "";
  return error.kind === "unreachable" && !/CERT|SELF_SIGNED|UNABLE_TO|SILENCE|ENOTFOUND/.test(code);
}
