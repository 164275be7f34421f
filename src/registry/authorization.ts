import type { RegistryAuth } from "../docker-api/registry.ts";
import { type Challenge, challengeOf } from "./challenge.ts";
import { readBody } from "./answers.ts";
import { type Endpoint, allowsInsecure } from "./endpoints.ts";
import { type Answer, type Exchange, ask } from "./exchange.ts";
import { RegistryError } from "./registry-error.ts";

/** Who asks for what. */
export interface Asker {
  readonly auth: RegistryAuth | undefined;
  /** `repository:acme/web:pull,push` */
  readonly scopes: readonly string[];
  /** For messages: what is asked for. */
  readonly subject: string;
  readonly insecure: readonly string[];
  readonly signal: AbortSignal;
}

/** What a registry let us have. */
export interface Admission {
  /** The value of `Authorization`. */
  readonly authorization: string;
  /** To be kept instead of the password. */
  readonly identityToken?: string;
}

/** Does what a 401 asks for. Throws `denied` when the registry does not let us in. */
export async function authorize(
  exchange: Exchange,
  refusal: Answer,
  endpoint: Endpoint,
  asker: Asker,
): Promise<Admission> {
  const challenge = challengeOf(refusal.header("www-authenticate") ?? "", refusal.url.host);
  const auth = endpoint.isMirror ? undefined : asker.auth;
  if (auth?.registrytoken) return { authorization: `Bearer ${auth.registrytoken}` };
  const basic = basicOf(auth);
  if (challenge.scheme === "bearer") return fetchToken(exchange, challenge, endpoint, { ...asker, auth });
  if (basic === undefined) throw denied(asker.subject, "no basic auth credentials");
  return { authorization: basic };
}

async function fetchToken(
  exchange: Exchange,
  challenge: Extract<Challenge, { scheme: "bearer" }>,
  endpoint: Endpoint,
  asker: Asker,
): Promise<Admission> {
  const url = new URL(challenge.realm);
  const mayBePlain = endpoint.isInsecure || allowsInsecure(url.host, asker.insecure);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && mayBePlain)) {
    throw new RegistryError("broken", `the registry wants credentials to be sent without TLS to ${url.host}`);
  }
  const scopes = [...new Set([...(challenge.scope?.split(" ") ?? []), ...asker.scopes])].filter((each) => each !== "");
  const isInsecure = allowsInsecure(url.host, asker.insecure);
  const answer = await (asker.auth?.identitytoken
    ? postForToken(exchange, url, { challenge, scopes, asker, isInsecure })
    : getToken(exchange, url, { challenge, scopes, asker, isInsecure }));
  const text = (await readBody(answer, "a token")).toString();
  if (answer.status === 401 || answer.status === 403) throw denied(asker.subject, "incorrect username or password");
  if (answer.status !== 200) {
    const isPassing = answer.status >= 500 || answer.status === 429;
    const said = `${url.host} answers ${answer.status} when asked for a token for ${asker.subject}`;
    throw new RegistryError(answer.status === 429 ? "busy" : "broken", said, { isPassing });
  }
  const { token, access_token: accessToken, refresh_token: identityToken } = tokensOf(text);
  const found = token ?? accessToken;
  // What goes into a header must not be able to end it.
  if (typeof found !== "string" || !/^[\x21-\x7e]+$/.test(found)) {
    throw new RegistryError("broken", `${url.host} gives no token for ${asker.subject}`);
  }
  return { authorization: `Bearer ${found}`, ...(typeof identityToken === "string" ? { identityToken } : {}) };
}

interface TokenWish {
  readonly challenge: Extract<Challenge, { scheme: "bearer" }>;
  readonly scopes: readonly string[];
  readonly asker: Asker;
  readonly isInsecure: boolean;
}

/** Docker's token authentication: name and password as Basic. */
function getToken(exchange: Exchange, url: URL, { challenge, scopes, asker, isInsecure }: TokenWish): Promise<Answer> {
  if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const basic = basicOf(asker.auth);
  if (basic !== undefined) {
    url.searchParams.set("account", asker.auth?.username ?? "");
    if (scopes.length === 0) url.searchParams.set("offline_token", "true");
    url.searchParams.set("client_id", clientId);
  }
  const headers = basic === undefined ? {} : { Authorization: basic };
  return ask(exchange, url, { method: "GET", headers, signal: asker.signal }, { isInsecure });
}

/** OAuth 2: an identity token as the refresh token (distribution specification, token/oauth). */
function postForToken(
  exchange: Exchange,
  url: URL,
  { challenge, scopes, asker, isInsecure }: TokenWish,
): Promise<Answer> {
  const form = new URLSearchParams({
    grant_type: "refresh_token",
    service: challenge.service ?? "",
    client_id: clientId,
    scope: scopes.join(" "),
    refresh_token: asker.auth?.identitytoken ?? "",
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const body = Buffer.from(form.toString());
  return ask(exchange, url, { method: "POST", headers, body, signal: asker.signal }, { isInsecure });
}

const clientId = "tscompose";

function basicOf(auth: RegistryAuth | undefined): string | undefined {
  if (auth?.username === undefined || auth.username === "" || auth.password === undefined) return undefined;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString("base64")}`;
}

function denied(subject: string, reason: string): RegistryError {
  return new RegistryError("denied", `access to ${subject} denied: ${reason}`);
}

interface Tokens {
  readonly token?: unknown;
  readonly access_token?: unknown;
  readonly refresh_token?: unknown;
}

function tokensOf(text: string): Tokens {
  try {
    return (JSON.parse(text) ?? {}) as Tokens;
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
