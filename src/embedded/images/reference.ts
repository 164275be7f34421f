import { badRequest } from "../api/http-error.ts";

/** A name of images, complete: with its registry, and a tag or digest if one was given. */
export interface Reference {
  /** `docker.io/library/busybox` */
  readonly name: string;
  readonly tag?: string;
  readonly digest?: string;
}

const defaultDomain = "docker.io";
const officialPrefix = "library/";
const longestName = 255;

// The grammar of github.com/distribution/reference, which all clients and registries share.
const pathPart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const path = new RegExp(`^${pathPart}(?:/${pathPart})*$`);
const domain =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?$/;
const tagPattern = /^\w[\w.-]{0,127}$/;
const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

/** Reads a reference as Docker does: `busybox` is `docker.io/library/busybox`. Throws 400 for what cannot be one. */
export function parseReference(text: string): Reference {
  const [named = "", digest, ...rest] = text.split("@");
  if (rest.length > 0 || (digest !== undefined && !digestPattern.test(digest))) throw invalid();
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !tagPattern.test(tag)) throw invalid();
  const name = parseName(hasTag ? named.slice(0, colon) : named);
  return { name, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** With `latest` where neither tag nor digest is given. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: "latest" };
}

/** As a key of the catalog; a digest counts more than a tag. */
export function referenceKey({ name, tag, digest }: Reference): string {
  return digest === undefined ? `${name}:${tag ?? "latest"}` : `${name}@${digest}`;
}

/** As people write it: without `docker.io/library/`. */
export function familiar(key: string): string {
  if (!key.startsWith(`${defaultDomain}/`)) return key;
  const short = key.slice(defaultDomain.length + 1);
  const isOfficial = short.startsWith(officialPrefix) && !short.slice(officialPrefix.length).includes("/");
  return isOfficial ? short.slice(officialPrefix.length) : short;
}

/** True for keys that name a digest and no tag. */
export function isDigestKey(key: string): boolean {
  return key.includes("@");
}

/** The name of a key, without tag or digest. */
export function nameOfKey(key: string): string {
  const at = key.indexOf("@");
  return at === -1 ? key.slice(0, key.lastIndexOf(":")) : key.slice(0, at);
}

function parseName(text: string): string {
  if (text.length > longestName) {
    throw badRequest(`invalid reference format: repository name must not be more than ${longestName} characters`);
  }
  if (/^[0-9a-f]{64}$/.test(text)) {
    throw badRequest(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`);
  }
  const [host, rest] = splitDomain(text);
  const isShort = host === defaultDomain && rest !== "" && !rest.includes("/");
  const repository = isShort ? `${officialPrefix}${rest}` : rest;
  if (/[A-Z]/.test(repository) && path.test(repository.toLowerCase())) {
    throw badRequest(`invalid reference format: repository name (${repository}) must be lowercase`);
  }
  if (!domain.test(host) || !path.test(repository)) throw invalid();
  return `${host}/${repository}`;
}

function splitDomain(text: string): [host: string, rest: string] {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = slash !== -1 && (/[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first);
  if (!isHost) return [defaultDomain, text];
  const host = first === "index.docker.io" ? defaultDomain : first;
  return [host, text.slice(slash + 1)];
}

function invalid(): Error {
  return badRequest("invalid reference format");
}
