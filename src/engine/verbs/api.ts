import type Docker from "dockerode";
import type { Credentials } from "../credentials.ts";
import type { Names } from "../names.ts";
import type { Transport } from "../transport.ts";

/** What the verbs work with. */
export interface Api {
  /** dockerode's verbs; where one loses something of the call or its answer, `transport` is asked directly. */
  readonly docker: Docker;
  readonly transport: Transport;
  readonly apiVersion: string;
  readonly credentials: Credentials;
  /** What answers tell of names is noted here. */
  readonly names: Names;
  /** Milliseconds since 1970, for times relative to now. */
  readonly now: () => number;
}
