import { chmod, link, lutimes, mkdir, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import {
  diffCopy,
  encodedHeader,
  type FileStat,
  fileSyncHeader,
  isPlainFile,
  modeBit,
  type Packet,
  packetKind,
} from "../../../buildkit-api/file-sync.ts";
import type { GrpcConnection, Metadata, OpenCall } from "../../../grpc/client.ts";
import { BuildError } from "../build.ts";
import { IncomingFile } from "./incoming-file.ts";

/** What is wanted of a client's folder. */
export interface FolderWish {
  /** As the client knows it: `context`. */
  readonly name: string;
  /** Paths that are enough; all when this is left out. */
  readonly paths?: readonly string[];
  readonly excludes: readonly string[];
  /** Where the files go: empty, and nobody else's. */
  readonly into: string;
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

/** Files that are written at the same time. */
const writers = 16;

/**
 * Receives a folder by fsutil's protocol (see {@link packetKind}). All of it is root's; it has neither devices nor pipes.
 * The client is not trusted: whatever lies outside of the folder, or would be reached through a link, is refused.
 */
export async function receiveFolder(connection: GrpcConnection, wish: FolderWish): Promise<void> {
  const { signal } = wish;
  const call = connection.open(diffCopy, { metadata: metadataOf(wish), signal });
  await using receiver = new Receiver(call, wish);
  for await (const packet of call.messages) {
    if (packet.kind === packetKind.fin) call.endInput();
    else await receiver.take(packet);
  }
  if (!receiver.isComplete) throw new BuildError(`${wish.name}: the client ended before all files were sent`);
  await receiver.finish();
}

class Receiver implements AsyncDisposable {
  readonly #call: OpenCall<Packet, Packet>;
  readonly #wish: FolderWish;
  readonly #folders = new Map<string, FileStat>();
  readonly #paths = new Set<string>();
  readonly #files = new Map<number, IncomingFile>();
  readonly #links: FileStat[] = [];
  readonly #writing = new Set<Promise<void>>();
  #count = 0;
  #isListed = false;
  #fault: unknown;

  constructor(call: OpenCall<Packet, Packet>, wish: FolderWish) {
    this.#call = call;
    this.#wish = wish;
  }

  get isComplete(): boolean {
    return this.#isListed && this.#files.size === 0;
  }

  async take({ kind, stat, id, data }: Packet): Promise<void> {
    if (this.#fault !== undefined) throw this.#fault;
    if (kind === packetKind.error) throw new BuildError(`${this.#wish.name}: ${Buffer.from(data).toString()}`);
    if (kind === packetKind.stat) await this.#list(stat);
    else if (kind === packetKind.data) await this.#write(id, data);
    if (this.isComplete) await this.#call.send({ kind: packetKind.fin });
  }

  /** What can be done only when all else is there: names of the same file, and times of folders. */
  async finish(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#fault !== undefined) throw this.#fault;
    for (const { path, linkname } of this.#links) await link(this.#place(linkname), this.#place(path));
    for (const [path, stat] of [...this.#folders].toReversed()) {
      await chmod(this.#place(path), permissionsOf(stat));
      await utimes(this.#place(path), ...timesOf(stat));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#writing);
    for (const file of this.#files.values()) await file.close();
  }

  async #list(stat: FileStat | undefined): Promise<void> {
    if (this.#isListed) throw this.#refusal(stat?.path ?? "", "listed after the list's end");
    if (stat === undefined) {
      this.#isListed = true;
      return;
    }
    const id = this.#count;
    this.#count += 1;
    this.#admit(stat);
    const { path, mode, linkname } = stat;
    if ((mode & modeBit.directory) !== 0) {
      await mkdir(this.#place(path), { mode: 0o700 });
      this.#folders.set(path, stat);
    } else if ((mode & modeBit.symlink) !== 0) {
      await symlink(linkname, this.#place(path));
      await lutimes(this.#place(path), ...timesOf(stat));
    } else if (isPlainFile(mode)) await this.#expect(id, stat);
  }

  async #expect(id: number, stat: FileStat): Promise<void> {
    if (stat.linkname !== "") {
      const isKnown = this.#paths.has(stat.linkname) && !this.#folders.has(stat.linkname);
      if (!isKnown)
        throw this.#refusal(stat.path, `another name of ${JSON.stringify(stat.linkname)}, which is not there`);
      this.#links.push(stat);
      return;
    }
    this.#files.set(id, new IncomingFile(this.#place(stat.path), permissionsOf(stat), timesOf(stat)));
    await this.#call.send({ kind: packetKind.request, id });
  }

  /** Every path is in a folder that was made here, so that no link of the client's is ever on the way. */
  #admit({ path }: FileStat): void {
    const parts = path.split("/");
    const isPlain = parts.every((part) => part !== "" && part !== "." && part !== ".." && !part.includes("\0"));
    if (!isPlain) throw this.#refusal(path, "not a path within the folder");
    const above = parts.slice(0, -1).join("/");
    if (above !== "" && !this.#folders.has(above)) throw this.#refusal(path, "not in a folder of the list");
    if (this.#paths.has(path)) throw this.#refusal(path, "listed twice");
    this.#paths.add(path);
  }

  async #write(id: number, data: Uint8Array): Promise<void> {
    const file = this.#files.get(id);
    if (file === undefined) throw this.#refusal(String(id), "contents that were not asked for");
    if (data.length === 0) this.#files.delete(id);
    this.#wish.onBytes(data.length);
    const written = data.length === 0 ? file.end() : file.add(data);
    if (written === undefined) return;
    const tracked = written
      .catch((error: unknown) => {
        this.#fault ??= error;
      })
      .finally(() => this.#writing.delete(tracked));
    this.#writing.add(tracked);
    while (this.#writing.size >= writers) await Promise.race(this.#writing);
  }

  #place(path: string): string {
    return join(this.#wish.into, path);
  }

  #refusal(path: string, why: string): BuildError {
    return new BuildError(`${this.#wish.name}: the client sent ${JSON.stringify(path)}: ${why}`);
  }
}

function permissionsOf({ mode }: FileStat): number {
  const bit = (flag: number, permission: number): number => ((mode & flag) === 0 ? 0 : permission);
  return (mode & 0o777) | bit(modeBit.setuid, 0o4000) | bit(modeBit.setgid, 0o2000) | bit(modeBit.sticky, 0o1000);
}

function timesOf({ modTime }: FileStat): [accessed: number, modified: number] {
  const seconds = Number(modTime) / 1e9;
  return [seconds, seconds];
}

function metadataOf({ name, paths, excludes }: FolderWish): Metadata {
  return {
    ...headerOf(fileSyncHeader.folder, [name]),
    ...headerOf(fileSyncHeader.follow, paths ?? []),
    ...headerOf(fileSyncHeader.exclude, excludes),
  };
}

/** Headers hold plain ASCII: other values are escaped, all of a name or none (session/filesync, `encodeStringForHeader`). */
function headerOf(name: string, values: readonly string[]): Metadata {
  if (values.length === 0) return {};
  if (values.every((value) => /^[\x20-\x7e]*$/.test(value) && value.trim() === value)) return { [name]: values };
  return { [name]: values.map(encodeURIComponent), [encodedHeader(name)]: "1" };
}
