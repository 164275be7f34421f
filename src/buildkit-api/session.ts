import { type Method, methodOf } from "../grpc/method.ts";
import { type Message, bytes, integer, message, text } from "../grpc/protobuf.ts";

/** Headers of `POST /session`: who offers what (moby/buildkit, session/session.go). */
export const sessionHeader = {
  id: "X-Docker-Expose-Session-Uuid",
  /** What of earlier sessions may be used again: files that were sent under the same key are compared, not sent. */
  sharedKey: "X-Docker-Expose-Session-Sharedkey",
  /** Repeated: each call that is offered. */
  method: "X-Docker-Expose-Session-Grpc-Method",
} as const;

interface Credentials {
  readonly username: string;
  /** The password; with no name it is an identity token. */
  readonly secret: string;
}

interface Bytes {
  readonly data: Uint8Array;
}

type Empty = Readonly<Record<string, never>>;
interface Id {
  readonly id: string;
}
interface Host {
  readonly host: string;
}
interface HealthStatus {
  readonly status: number;
}

const id: Message<Id> = message<Id>({ id: text(1) });
const data: Message<Bytes> = message<Bytes>({ data: bytes(1) });
const empty: Message<Empty> = message<Empty>({});
const host: Message<Host> = message<Host>({ host: text(1) });
const credentials: Message<Credentials> = message<Credentials>({ username: text(1), secret: text(2) });
const health: Message<HealthStatus> = message<HealthStatus>({ status: integer(1) });

/** `grpc.health.v1.HealthCheckResponse.SERVING` */
export const serving = 1;

/** What a client offers beside files (moby/buildkit, session/{secrets,sshforward,auth}/*.proto). */
export const sessionCalls: {
  readonly getSecret: Method<Id, Bytes>;
  readonly checkAgent: Method<Id, Empty>;
  readonly forwardAgent: Method<Bytes, Bytes>;
  readonly credentials: Method<Host, Credentials>;
  readonly checkHealth: Method<Empty, HealthStatus>;
  readonly pullUpload: Method<Bytes, Bytes>;
} = {
  getSecret: methodOf("moby.buildkit.secrets.v1.Secrets", "GetSecret", id, data),
  checkAgent: methodOf("moby.sshforward.v1.SSH", "CheckAgent", id, empty),
  forwardAgent: methodOf("moby.sshforward.v1.SSH", "ForwardAgent", data, data),
  credentials: methodOf("moby.filesync.v1.Auth", "Credentials", host, credentials),
  checkHealth: methodOf("grpc.health.v1.Health", "Check", empty, health),
  pullUpload: methodOf("moby.upload.v1.Upload", "Pull", data, data),
};

/** Header of `Pull`: the path of the address under which something was offered. */
export const uploadPathHeader = "urlpath";

/** Addresses of what a client offers to upload begin so (session/upload/uploadprovider). */
export const uploadPrefix = "http://buildkit-session/";

/** Header of `ForwardAgent`: which agent or key is meant. */
export const sshIdHeader = "buildkit.ssh.id";

/** The largest secret that builders take (moby/buildkit, session/secrets/secretsprovider). */
export const largestSecretBytes: number = 500 << 10;
