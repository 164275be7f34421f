import { EngineError } from "../errors.ts";

/** How to reach an engine, taken apart. `text` is what the user would write. */
export type Address =
  | { readonly kind: "socket"; readonly text: string; readonly path: string }
  | { readonly kind: "tcp"; readonly text: string; readonly host: string; readonly port?: number; readonly tls?: Tls }
  | { readonly kind: "ssh"; readonly text: string; readonly destination: string; readonly port?: string };

/** Keys of a connection over TLS, in PEM. */
export interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly isVerified: boolean;
}

const forms = "unix:///path, tcp://host:port, ssh://user@host or npipe:////./pipe/name";

/**
 * Reads an address as `DOCKER_HOST` has it, or the path of a socket; `origin` is where it was written. Throws an
 * `EngineError` that names it when it makes no sense.
 */
export function parseAddress(text: string, origin: string): Address {
  if (text.startsWith("/")) return socketAddress(text);
  const [, scheme, rest = ""] = /^(\w+):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === "unix" && rest.startsWith("/")) return { kind: "socket", text, path: rest };
  if (scheme === "npipe" && rest !== "") return { kind: "socket", text, path: rest.replaceAll("/", "\\") };
  const url = URL.parse(text.replace(/^http:\/\/|^(?=[^/:]+:\d+$)/, "tcp://"));
  if (url?.protocol === "ssh:") return sshAddress(url, text, origin);
  if (url?.protocol !== "tcp:" || url.hostname === "" || !/^\/?$/.test(url.pathname)) throw unreadable(text, origin);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { kind: "tcp", text, host, ...(url.port === "" ? {} : { port: Number(url.port) }) };
}

/** Address of a socket in the file system. */
export function socketAddress(path: string): Address {
  return { kind: "socket", text: `unix://${path}`, path };
}

function sshAddress({ username, hostname, port }: URL, text: string, origin: string): Address {
  const user = decodeURIComponent(username);
  // A destination that begins with a dash would be an option to ssh.
  if (hostname === "" || `${user}${hostname}`.startsWith("-")) throw unreadable(text, origin);
  const destination = user === "" ? hostname : `${user}@${hostname}`;
  return { kind: "ssh", text, destination, ...(port === "" ? {} : { port }) };
}

function unreadable(text: string, origin: string): EngineError {
  const doing = `reading ${origin}`;
  return new EngineError({ code: "invalid-usage", doing, message: `${origin}: expected ${forms}, got "${text}"` });
}
