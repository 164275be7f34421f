import type { Message } from "./protobuf.ts";

/** A call that one side offers: where, and what goes in and comes out. */
export interface Method<Request, Response> {
  /** `/moby.buildkit.v1.Control/Solve` */
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

/** The service of these calls, by their names. */
export function methodOf<Request, Response>(
  service: string,
  name: string,
  request: Message<Request>,
  response: Message<Response>,
): Method<Request, Response> {
  return { path: `/${service}/${name}`, request, response };
}
