import type Docker from "dockerode";
import type { Credentials } from "../credentials.ts";
import type { Names } from "../names.ts";
import type { Transport } from "../transport.ts";

/** What the verbs work with. */
export interface Api {
  /**
   * dockerode's verbs, loaded when the first one is called. What only reads asks `transport`, and starts 10 ms sooner;
   * so does what loses something of the call or its answer in dockerode.
   */
  readonly docker: () => Promise<Docker>;
  readonly transport: Transport;
  readonly apiVersion: string;
  readonly podmanVersion?: string;
  readonly credentials: Credentials;
  /** What answers tell of names is noted here. */
  readonly names: Names;
  /** Milliseconds since 1970, for times relative to now. */
  readonly now: () => number;
}
