import { BlockList, isIP } from "node:net";

/** What differs from registry to registry. */
export interface RegistrySettings {
  /** URLs to ask before Docker Hub: `https://mirror.example`. */
  readonly mirrors: readonly string[];
  /**
   * Registries that may do without TLS, or with a certificate that nobody vouches for: `host`, `host:port`, or a range
   * of addresses such as `10.0.0.0/8`. The machine itself always is one.
   */
  readonly insecure: readonly string[];
  /** Whom to believe, and by which key to be known, at `host` or `host:port`. */
  readonly trust: (registry: string) => Promise<Trust>;
}

/** Certificates in PEM. */
export interface Trust {
  /** Authorities beside those of the system. */
  readonly authorities?: readonly string[];
  /** The client's own. */
  readonly keys?: readonly { readonly certificate: string; readonly key: string }[];
}

/** A place where a registry answers. */
export interface Endpoint {
  /** `https://ghcr.io`, without a slash at the end. */
  readonly base: string;
  /** A stand-in: gets no credentials, and takes no pushes. */
  readonly isMirror: boolean;
  /** Whether an unknown certificate, or none, is taken. */
  readonly isInsecure: boolean;
}

const dockerHub = "docker.io";

/** Where to ask for images of a registry, in turn: mirrors, the registry, the same without TLS if that is allowed. */
export function endpointsOf(registry: string, { mirrors, insecure }: RegistrySettings): Endpoint[] {
  const isInsecure = allowsInsecure(registry, insecure);
  const host = registry === dockerHub ? "registry-1.docker.io" : registry;
  const schemes = isInsecure ? ["https", "http"] : ["https"];
  const own = schemes.map((scheme) => ({ base: `${scheme}://${host}`, isMirror: false, isInsecure }));
  return registry === dockerHub ? [...mirrors.map((url) => mirrorAt(url, insecure)), ...own] : own;
}

function mirrorAt(url: string, insecure: readonly string[]): Endpoint {
  const isInsecure = allowsInsecure(new URL(url).host, insecure);
  return { base: url.replace(/\/+$/, ""), isMirror: true, isInsecure };
}

/** As Docker: by name, with or without port, or by address. */
export function allowsInsecure(registry: string, insecure: readonly string[]): boolean {
  const host = registry.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (host === "localhost" || insecure.includes(registry) || insecure.includes(host)) return true;
  const family = isIP(host);
  if (family === 0) return false;
  return rangesOf(insecure).check(host, family === 6 ? "ipv6" : "ipv4");
}

function rangesOf(insecure: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const entry of ["127.0.0.0/8", "::1/128", ...insecure]) {
    const [net = "", bits] = entry.split("/");
    const family = isIP(net);
    if (bits === undefined || family === 0) continue;
    ranges.addSubnet(net, Number(bits), family === 6 ? "ipv6" : "ipv4");
  }
  return ranges;
}
