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

/** The registry that holds an image: its first part if that can be a host, else Docker Hub. */
export function registryOf(reference: string): string {
  const [host = "", ...path] = reference.split("/");
  if (path.length === 0 || !/[.:]|^localhost$/.test(host)) return dockerHub;
  return host === "docker.io" || host === "index.docker.io" ? dockerHub : host;
}
