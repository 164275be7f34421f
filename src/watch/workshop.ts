import type { Hook } from "../compose/project.ts";

/** A running container of a watched service. */
export interface Replica {
  readonly id: string;
  readonly name: string;
  /** Where this machine's own folders are mounted: what is below needs no copy. */
  readonly boundFolders: readonly string[];
}

/** What lies at a path of a container, content included. */
export type Content =
  | { readonly kind: "file"; readonly mode: number; readonly sha256: string }
  | { readonly kind: "directory"; readonly mode: number }
  | { readonly kind: "symlink"; readonly linkTarget: string }
  | { readonly kind: "other" };

/** What watching does to a project: the engine's side of it. Every method throws what the user should be told. */
export interface Workshop {
  /** The running containers of a service. */
  replicas(service: string): Promise<readonly Replica[]>;
  /** What a path of a container holds, by relative path, `""` for itself; `undefined` when there is no such path. */
  contents(replica: Replica, path: string): Promise<ReadonlyMap<string, Content> | undefined>;
  /** The content of a file of a container; `undefined` when there is no such file. */
  read(replica: Replica, path: string): Promise<Uint8Array | undefined>;
  /** Unpacks an archive at the root; folders that are not there are made. */
  unpack(replica: Replica, archive: AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes paths, absolute, with all that is below them; what is not there is no mistake. */
  remove(replica: Replica, paths: readonly string[]): Promise<void>;
  /** Builds the image anew and replaces the containers; throws, and leaves them as they are, when it cannot be built. */
  rebuild(service: string): Promise<void>;
  restart(service: string): Promise<void>;
  exec(replica: Replica, service: string, hook: Hook): Promise<void>;
}
