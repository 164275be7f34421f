import type { Duplex } from "node:stream";
import { contentCalls } from "../../../buildkit-api/content.ts";
import { diffCopy } from "../../../buildkit-api/file-sync.ts";
import { sessionCalls, sshIdHeader, uploadPathHeader } from "../../../buildkit-api/session.ts";
import type { RegistryAuth } from "../../../docker-api/registry.ts";
import type { GrpcConnection } from "../../../grpc/client.ts";
import { GrpcError, grpcCode } from "../../../grpc/status.ts";
import { type BlobStore, BuildError, type BuildRequest } from "../build.ts";
import { type BlobPlace, clientBlobs } from "./client-blobs.ts";
import { callStream } from "./call-stream.ts";
import { type FolderWish, receiveFolder } from "./receive-folder.ts";

/** Docker Hub's registry, by the name that clients keep its login under (session/auth/authprovider). */
const hubHost = "registry-1.docker.io";

/** What a client offers to builds over a connection of its own: files, secrets, logins, agents. */
export class ClientSession {
  readonly #connection: GrpcConnection;
  readonly #offered: ReadonlySet<string>;

  constructor(connection: GrpcConnection, offered: readonly string[]) {
    this.#connection = connection;
    this.#offered = new Set(offered.map((path) => path.toLowerCase()));
  }

  /** What a build may ask for while it goes on. */
  offersFor(signal: AbortSignal): Pick<BuildRequest, "credentials" | "secret" | "ssh"> {
    return {
      credentials: (host) => this.login(host, signal),
      secret: (id) => this.secret(id, signal),
      ssh: (id) => this.agent(id, signal),
    };
  }

  /** Brings files of the client into a folder. Throws a {@link BuildError} when the client cannot or may not give them. */
  async receive(wish: FolderWish): Promise<void> {
    const { name } = wish;
    if (!this.#offers(diffCopy)) throw new BuildError(`the client offers no files, and so no ${name}`);
    try {
      await receiveFolder(this.#connection, wish);
    } catch (error) {
      throw refused(name, error);
    }
  }

  /** `undefined` when the client has none of this id. */
  async secret(id: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    if (!this.#offers(sessionCalls.getSecret)) return undefined;
    try {
      return (await this.#connection.call(sessionCalls.getSecret, { id }, { signal })).data;
    } catch (error) {
      if (error instanceof GrpcError && error.code === grpcCode.notFound) return undefined;
      throw refused(`secret ${id}`, error);
    }
  }

  /** A connection to the agent of this id; `undefined` when the client forwards none. */
  async agent(id: string, signal: AbortSignal): Promise<Duplex | undefined> {
    if (!this.#offers(sessionCalls.checkAgent)) return undefined;
    try {
      await this.#connection.call(sessionCalls.checkAgent, { id }, { signal });
    } catch (error) {
      // Go's clients refuse an unknown id with an error of no particular kind.
      if (error instanceof GrpcError && error.code !== grpcCode.unavailable) return undefined;
      throw refused(`ssh ${id}`, error);
    }
    const metadata = { [sshIdHeader]: id };
    return callStream((ended) => this.#connection.open(sessionCalls.forwardAgent, { metadata, signal: ended }), signal);
  }

  /** The client's login for a registry, by its host. */
  async login(host: string, signal: AbortSignal): Promise<RegistryAuth | undefined> {
    if (!this.#offers(sessionCalls.credentials)) return undefined;
    const asked = host === "docker.io" ? hubHost : host;
    const { username, secret } = await this.#connection
      .call(sessionCalls.credentials, { host: asked }, { signal })
      .catch((error: unknown) => {
        throw refused(`the login for ${host}`, error);
      });
    if (username !== "") return { username, password: secret };
    return secret === "" ? undefined : { identitytoken: secret };
  }

  /** What the client has put under an address, once. */
  async *upload(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const call = this.#connection.open(sessionCalls.pullUpload, { metadata: { [uploadPathHeader]: path }, signal });
    for await (const { data } of call.messages) yield data;
  }

  /** Blobs in a folder that the client offers. Throws a {@link BuildError} when it offers none. */
  blobs(place: BlobPlace, signal: AbortSignal): BlobStore {
    if (!this.#offers(contentCalls.read))
      throw new BuildError(`the client offers no folders for caches: ${place.folder}`);
    return clientBlobs(this.#connection, place, signal);
  }

  #offers({ path }: { readonly path: string }): boolean {
    return this.#offered.has(path.toLowerCase());
  }
}

/** What a client refuses is no mistake of ours. */
function refused(what: string, error: unknown): unknown {
  return error instanceof GrpcError ? new BuildError(`${what}: ${error.message}`, { cause: error }) : error;
}
