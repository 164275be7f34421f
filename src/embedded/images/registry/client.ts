import { HttpError, notFound } from "../../api/http-error.ts";
import { ByteSource } from "../../tar/byte-source.ts";
import { type Digest, digestOf, isDigest } from "../digest.ts";
import { challengeOf, type Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { type GetAnswer, httpGet } from "./http-get.ts";

/** One repository of a registry (OCI distribution specification). */
export interface Repository {
  /** By tag or digest, checked against the digest. Throws 404 when there is none. */
  manifest(reference: string): Promise<Manifest>;
  /** A stream whose digest the caller checks. */
  blob(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
  /** A small one, held in memory and checked. */
  smallBlob(digest: Digest): Promise<Buffer>;
}

/** A description as it came. */
export interface Manifest {
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** Which repository, and who asks. */
export interface RepositoryWish {
  /** `docker.io/library/busybox` */
  readonly name: string;
  readonly credentials: Credentials | undefined;
  readonly signal: AbortSignal;
}

const longestDocumentBytes = 4_194_304;
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Opens a repository; nothing is asked before something is wanted. */
export function openRepository({ name, credentials, signal }: RepositoryWish): Repository {
  const slash = name.indexOf("/");
  const [domain, path] = [name.slice(0, slash), name.slice(slash + 1)];
  const host = domain === "docker.io" ? "registry-1.docker.io" : domain;
  let authorization: string | undefined;
  // As Docker: only the machine's own registry may do without TLS.
  const schemes = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host) ? ["https", "http"] : ["https"];

  async function ask(rest: string, accept: string): Promise<GetAnswer> {
    const response = await send(rest, accept);
    if (response.status !== 401) return checked(response);
    const challenge = challengeOf(response.header("www-authenticate") ?? "");
    response.body.destroy();
    authorization = await authorize(challenge, { credentials, path, signal });
    return checked(await send(rest, accept));
  }

  async function send(rest: string, accept: string): Promise<GetAnswer> {
    let refusal: unknown;
    for (const scheme of schemes) {
      const url = `${scheme}://${host}/v2/${path}/${rest}`;
      const headers = { Accept: accept, ...(authorization === undefined ? {} : { Authorization: authorization }) };
      try {
        return await httpGet(new URL(url), { headers, signal });
      } catch (error) {
        signal.throwIfAborted();
        refusal = new HttpError(500, `Get "${url}": ${reasonOf(error)}`, error);
      }
    }
    throw refusal;
  }

  async function checked(response: GetAnswer): Promise<GetAnswer> {
    if (response.status === 200) return response;
    const said = (await small(response, "an answer")).toString();
    if (response.status === 401 || response.status === 403) {
      throw notFound(
        `pull access denied for ${path}, repository does not exist or may require 'docker login': ${messageOf(said)}`,
      );
    }
    if (response.status === 404) throw notFound(messageOf(said));
    throw new HttpError(500, `the registry ${host} answers ${response.status}: ${messageOf(said)}`);
  }

  async function small({ body }: GetAnswer, what: string): Promise<Buffer> {
    const bytes = Buffer.from(await new ByteSource(body).upTo(longestDocumentBytes + 1));
    body.destroy();
    if (bytes.length > longestDocumentBytes) throw new HttpError(500, `${what} of ${path} is too long`);
    return bytes;
  }

  return {
    async manifest(reference) {
      const response = await ask(`manifests/${reference}`, manifestTypes).catch((error: unknown) => {
        if (!(error instanceof HttpError) || error.status !== 404 || /denied/.test(error.message)) throw error;
        throw notFound(`manifest for ${path}:${reference} not found: ${error.message}`);
      });
      const bytes = await small(response, "a manifest");
      const digest = digestOf(bytes);
      const told = response.header("docker-content-digest");
      for (const wanted of [reference, told]) {
        if (isDigest(wanted) && wanted !== digest)
          throw new HttpError(500, `the manifest ${wanted} has another content`);
      }
      return { bytes, digest, mediaType: (response.header("content-type") ?? "").split(";")[0] ?? "" };
    },
    async blob(digest) {
      return (await ask(`blobs/${digest}`, "*/*")).body;
    },
    async smallBlob(digest) {
      const bytes = await small(await ask(`blobs/${digest}`, "*/*"), "a configuration");
      if (digestOf(bytes) !== digest) throw new HttpError(500, `the blob ${digest} has another content`);
      return bytes;
    },
  };
}

interface Asker {
  readonly credentials: Credentials | undefined;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** What the `Authorization` header has to say. Throws 404 as Docker does when a registry does not let us in. */
async function authorize(challenge: Challenge, { credentials, path, signal }: Asker): Promise<string> {
  const basic =
    credentials === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  if (challenge.scheme === "basic") {
    if (basic === undefined) throw notFound(`pull access denied for ${path}: no basic auth credentials`);
    return basic;
  }
  const url = new URL(challenge.realm);
  if (url.protocol !== "https:" && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) {
    throw new HttpError(500, `the registry wants credentials to be sent without TLS to ${url.host}`);
  }
  if (challenge.service !== undefined) url.searchParams.set("service", challenge.service);
  url.searchParams.set("scope", challenge.scope ?? `repository:${path}:pull`);
  const { status, body } = await httpGet(url, {
    signal,
    headers: basic === undefined ? {} : { Authorization: basic },
  });
  const text = (await new ByteSource(body).upTo(longestDocumentBytes)).toString();
  const { token, access_token: accessToken } = status === 200 ? tokensOf(text) : {};
  const found = token ?? accessToken;
  if (typeof found !== "string") {
    throw notFound(`pull access denied for ${path}, repository does not exist or may require 'docker login'`);
  }
  return `Bearer ${found}`;
}

function tokensOf(text: string): { readonly token?: unknown; readonly access_token?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as { readonly token?: unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The first of the registry's own words. */
function messageOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly { message?: string; code?: string }[] };
    return errors?.[0]?.message ?? errors?.[0]?.code ?? "no reason told";
  } catch {
    return text.slice(0, 200) || "no reason told";
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "no such host";
  return error instanceof Error ? error.message || code : String(error);
}
