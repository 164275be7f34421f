/** A reference taken apart, as the pull call wants it. */
export interface ImageReference {
  readonly repository: string;
  /** Tag or digest; without either an engine would pull every tag there is. */
  readonly version: string;
}

/** Key of Docker Hub in Docker's configuration: a URL, for historical reasons. */
export const dockerHub = "https://index.docker.io/v1/";

/** Takes `ghcr.io/acme/web:2` apart. A colon before the last slash belongs to a port; a digest counts more than a tag. */
export function parseImageReference(reference: string): ImageReference {
  const [named = "", digest] = reference.split("@");
  const colon = named.lastIndexOf(":");
  const end = colon > named.lastIndexOf("/") ? colon : named.length;
  return { repository: named.slice(0, end), version: digest ?? (named.slice(end + 1) || "latest") };
}

/**
 * The name of an image in full, as Docker means it: `alpine` is `docker.io/library/alpine:latest`. Where there is a digest
 * a tag says nothing more, and goes. Undefined for a text that names no image (grammar of distribution/reference).
 */
export function fullReference(reference: string): string | undefined {
  const [, name = "", tag, digest] =
    /^([^@]*?)(?::(\w[\w.-]{0,127}))?(?:@(sha256:[\da-f]{64}))?$/.exec(reference) ?? [];
  const slash = name.indexOf("/");
  const host = name.slice(0, Math.max(slash, 0));
  const isHost = /[.:]|^localhost$|[A-Z]/.test(host);
  const domain = !isHost || host === "index.docker.io" ? "docker.io" : host;
  const path = isHost ? name.slice(slash + 1) : name;
  if (!/^[\w.-]+(:\d+)?$|^\[[\da-fA-F:]+\](:\d+)?$/.test(domain) || !repositoryPath.test(path)) return undefined;
  const repository = `${domain}/${domain === "docker.io" && !path.includes("/") ? "library/" : ""}${path}`;
  return digest === undefined ? `${repository}:${tag ?? "latest"}` : `${repository}@${digest}`;
}

const repositoryPath = /^[a-z\d]+((\.|__?|-+)[a-z\d]+)*(\/[a-z\d]+((\.|__?|-+)[a-z\d]+)*)*$/;

/** The registry that holds an image: its first part if that can be a host, else Docker Hub. */
export function registryOf(reference: string): string {
  const [host = "", ...path] = reference.split("/");
  if (path.length === 0 || !/[.:]|^localhost$/.test(host)) return dockerHub;
  return host === "docker.io" || host === "index.docker.io" ? dockerHub : host;
}
