import type { FileStat } from "../../buildkit-api/file-sync.ts";
import type { SolveRequest, StatusResponse } from "../../buildkit-api/control.ts";

/** What builds of a session may ask for. Nothing else of this machine is told. */
export interface BuildSources {
  /** A folder by the name that the build gives it. */
  folder(name: string): SentFolder | undefined;
  /** Undefined: there is no such secret. */
  secret(id: string): Promise<Uint8Array | undefined>;
  /** The way to the agent that holds a key; undefined: builds may not use one of that name. */
  sshAgent(id: string): (() => Promise<SshAgent>) | undefined;
  /** A folder of blobs by the name that builds give it; they may read what is there, and add to it. */
  blobs(store: string): BlobFolder | undefined;
}

/** Blobs by their digests, in a folder of this machine. */
export interface BlobFolder {
  /** Bytes; undefined: there is no such blob. */
  size(digest: string): Promise<number | undefined>;
  read(digest: string, part: { readonly offset: number; readonly bytes: number }): AsyncIterable<Uint8Array>;
  /** Keeps a blob; its digest is known when all was read. Throws when it is another one. */
  write(content: AsyncIterable<Uint8Array>, digest: () => string): Promise<void>;
}

/** Answers messages of ssh's agent protocol, each without its length. */
export interface SshAgent {
  answer(message: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** Files that a build may have. */
export interface SentFolder {
  /** What is there, each folder before what is in it, names in the order of their bytes. */
  list(selection: Selection): AsyncIterable<FileStat>;
  read(path: string): AsyncIterable<Uint8Array>;
}

/** What of a folder is wanted: patterns as in `.dockerignore`; empty lists leave nothing out. */
export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Paths that are wanted, and whatever they lead to when they are links. */
  readonly follow: readonly string[];
}

/** What to build; how the answer finds its way is seen to. */
export type BuildRequest = Partial<Omit<SolveRequest, "ref" | "session" | "exporterType" | "exporterAttrs">>;

/** How a build is followed. */
export interface BuildSessionOptions {
  readonly signal: AbortSignal;
  /** Told what exporters say of what they made, when the build has gone well. */
  readonly onResponse?: (response: Readonly<Record<string, string>>) => void;
}

/** A conversation with BuildKit: builds of one session share what was sent. */
export interface BuildSession extends AsyncDisposable {
  /** Builds and tells what happens; throws an `EngineError` with what the builder said. Ends quietly by `signal`. */
  build(request: BuildRequest, options: BuildSessionOptions): AsyncIterable<StatusResponse>;
  /** The address that `host-gateway` stands for; undefined where the engine does not tell. */
  hostGateway(): Promise<string | undefined>;
  /** What is to be said against the Dockerfile, as the builder's JSON; builds nothing. */
  lint(request: BuildRequest, options: { readonly signal: AbortSignal }): Promise<string>;
}
