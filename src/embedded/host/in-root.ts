import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readlink } from "node:fs/promises";

/** Linux: a descriptor that only stands for a place; opening one neither reads nor waits for anything. */
const placeOnly = 0o10_000_000;
const mostHops = 40;

/** What was found in a folder under a name that is no path. Names are bytes, one per character. */
export interface Place extends AsyncDisposable {
  /** The folder, held open: whatever is renamed meanwhile, this is the one that was found. */
  readonly folder: FileHandle;
  /** Empty for the root itself, whose folder is the root. */
  readonly name: string;
  /** Of the thing itself, be it a link; `undefined` when there is none. */
  readonly status: BigIntStats | undefined;
  /** From the root, without links in front of the name; `/` for the root. */
  readonly path: string;
  /** For calls of the kernel that take a path: leads to the name in the held folder and follows no link before it. */
  readonly hostPath: Buffer;
}

/** Something on the way of a path is missing, or no folder. */
export class PathError extends Error {
  readonly code: "ENOENT" | "ENOTDIR" | "ELOOP";

  constructor(code: PathError["code"], path: string) {
    const said = { ENOENT: "no such file or directory", ENOTDIR: "not a directory", ELOOP: "too many symbolic links" };
    super(`${Buffer.from(path, "latin1").toString()}: ${said[code]}`);
    this.name = "PathError";
    this.code = code;
  }
}

/** How a path is looked up. */
export interface Lookup {
  /** Also follows a link at the very end. */
  readonly followsLast?: boolean;
  /** Makes missing folders on the way, owned by root, mode 0755. */
  readonly makesFolders?: boolean;
}

/**
 * A folder as the root of all paths below it: no link, no `..` and nobody who renames things while we look leads out of
 * it. Each folder on the way is opened by its name in the one before, the way openat(2) does it; links are read and
 * followed here, never by the kernel.
 */
export class InRoot implements AsyncDisposable {
  readonly #root: FileHandle;

  private constructor(root: FileHandle) {
    this.#root = root;
  }

  /** Opens a folder by a path that is trusted. */
  static async open(path: string): Promise<InRoot> {
    return new InRoot(await open(path, placeOnly | constants.O_DIRECTORY));
  }

  get fd(): number {
    return this.#root.fd;
  }

  /** Throws a {@link PathError} when something before the last name is missing, is no folder, or links form a circle. */
  async find(path: string, { followsLast = false, makesFolders = false }: Lookup = {}): Promise<Place> {
    const walk = new Walk(this.#root, path, makesFolders);
    try {
      return await walk.go(followsLast);
    } catch (error) {
      await walk[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#root.close();
  }
}

/** A path in bytes, one per character, as everything here takes it. */
export function pathBytes(path: string): string {
  return Buffer.from(path, "utf8").toString("latin1");
}

/** A name within a held folder, for calls of the kernel that take a path. */
export function within(folder: FileHandle, name: string): Buffer {
  return Buffer.from(`/proc/self/fd/${folder.fd}${name === "" ? "" : "/"}${name}`, "latin1");
}

class Walk implements AsyncDisposable {
  readonly #root: FileHandle;
  readonly #path: string;
  readonly #makesFolders: boolean;
  readonly #folders: { readonly name: string; readonly handle: FileHandle }[] = [];
  readonly #toDo: string[];
  #hops = 0;

  constructor(root: FileHandle, path: string, makesFolders: boolean) {
    this.#root = root;
    this.#path = path;
    this.#makesFolders = makesFolders;
    this.#toDo = partsOf(path).toReversed();
  }

  async go(followsLast: boolean): Promise<Place> {
    for (let name = this.#toDo.pop(); name !== undefined; name = this.#toDo.pop()) {
      if (name === "..") {
        await this.#leave();
        continue;
      }
      const isLast = this.#toDo.length === 0;
      const status = await statusOf(within(this.#here, name));
      if (status?.isSymbolicLink() === true && (!isLast || followsLast)) {
        await this.#follow(name);
        continue;
      }
      if (isLast) return this.#place(name, status);
      await this.#enter(name, status);
    }
    const last = this.#folders.at(-1);
    if (last === undefined) return this.#place("", await statusOf(within(this.#root, ".")));
    // The path ended in `..` or in a link to a folder: that folder, by its name in the one above.
    const status = await last.handle.stat({ bigint: true });
    await this.#leave();
    return this.#place(last.name, status);
  }

  get #here(): FileHandle {
    return this.#folders.at(-1)?.handle ?? this.#root;
  }

  async #enter(name: string, status: BigIntStats | undefined): Promise<void> {
    if (status === undefined) {
      if (!this.#makesFolders) throw new PathError("ENOENT", this.#path);
      await mkdir(within(this.#here, name), { mode: 0o755 }).catch(unlessExisting);
    }
    const handle = await open(within(this.#here, name), placeOnly | constants.O_NOFOLLOW).catch((error: unknown) => {
      throw codeOf(error) === "ENOENT" ? new PathError("ENOENT", this.#path) : error;
    });
    const found = await handle.stat({ bigint: true });
    if (found.isDirectory()) {
      this.#folders.push({ name, handle });
      return;
    }
    await handle.close();
    if (!found.isSymbolicLink()) throw new PathError("ENOTDIR", this.#path);
    // Swapped for a link since we looked: then it is one.
    await this.#follow(name);
  }

  async #follow(name: string): Promise<void> {
    this.#hops += 1;
    if (this.#hops > mostHops) throw new PathError("ELOOP", this.#path);
    const target = await this.#targetOf(name);
    if (target.startsWith("/")) while (this.#folders.length > 0) await this.#leave();
    this.#toDo.push(...partsOf(target).toReversed());
  }

  /** What is a link no more since we looked leads to itself: it is looked at again. */
  async #targetOf(name: string): Promise<string> {
    try {
      return (await readlink(within(this.#here, name), "buffer")).toString("latin1");
    } catch (error) {
      if (codeOf(error) === "EINVAL") return name;
      throw codeOf(error) === "ENOENT" ? new PathError("ENOENT", this.#path) : error;
    }
  }

  /** Above the root is the root. */
  async #leave(): Promise<void> {
    await this.#folders.pop()?.handle.close();
  }

  async #place(name: string, status: BigIntStats | undefined): Promise<Place> {
    const path = `/${[...this.#folders.map((folder) => folder.name), name].join("/")}`;
    const own = this.#folders.pop()?.handle;
    await this[Symbol.asyncDispose]();
    const folder = own ?? this.#root;
    return {
      folder,
      name,
      status,
      path,
      hostPath: within(folder, name === "" ? "." : name),
      [Symbol.asyncDispose]: async () => own?.close(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { handle } of this.#folders.splice(0)) await handle.close();
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

async function statusOf(path: Buffer): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function unlessExisting(error: unknown): void {
  if (codeOf(error) !== "EEXIST") throw error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
