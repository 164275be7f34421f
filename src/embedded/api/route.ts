import type { Duplex, Readable } from "node:stream";

/** One endpoint of the Docker Engine API. A resource's file exports a table of these. */
export interface Route {
  readonly method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  /** Without version; `{name}` takes one segment, `{name...}` the rest: names of images hold slashes. */
  readonly path: string;
  /** Throws {@link HttpError} for every refusal; anything else is a fault of ours, told as 500. */
  readonly handle: (request: ApiRequest) => ApiReply | Promise<ApiReply>;
}

/** What a handler gets to see of a request. */
export interface ApiRequest {
  /** Decoded values of the path's `{names}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** `1.41`, as the path or the newest version has it. */
  readonly apiVersion: string;
  /** The body, not yet read. */
  readonly body: Readable;
  /** The body as JSON, bounded in size; `undefined` when it is empty. Throws 400 for what is no JSON. */
  json(): Promise<unknown>;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /**
   * Takes the connection over for raw streams (attach, exec): answers `101 UPGRADED` to a client that asks for an
   * upgrade and 200 otherwise, both with this content type, and gives what comes in and goes out from then on. The
   * client's half-close ends the readable side. The handler's reply is then `hijacked`.
   */
  hijack(contentType: string): Promise<Duplex>;
  /** Takes the connection over for another protocol: `h2c`. Throws 400 when the client did not ask for that one. */
  upgrade(protocol: string): Promise<Duplex>;
}

/** What a handler answers. */
export type ApiReply =
  | { readonly kind: "json"; readonly status?: number; readonly body: unknown; readonly headers?: Headers }
  | { readonly kind: "empty"; readonly status: number; readonly headers?: Headers }
  | {
      /** Headers are sent at once, before the first chunk. A fault after that breaks the connection. */
      readonly kind: "stream";
      readonly status?: number;
      readonly contentType: string;
      readonly body: AsyncIterable<Uint8Array | string>;
      readonly headers?: Headers;
    }
  | { readonly kind: "hijacked" };

type Headers = Readonly<Record<string, string>>;
