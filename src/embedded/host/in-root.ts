import { type BigIntStats, constants } from "node:fs";
import { FileCalls } from "./file-calls.ts";

/** Linux: a descriptor that only stands for a place; opening one neither reads nor waits for anything. */
const placeOnly = 0o10_000_000;
const mostHops = 40;

/** A folder that is held open: whatever is renamed meanwhile, this is the one that was found. */
export interface HeldFolder {
  readonly fd: number;
}

/** What was found in a folder under a name that is no path. Names are bytes, one per character. */
export interface Place extends AsyncDisposable {
  readonly folder: HeldFolder;
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
  readonly fd: number;
  /** By which everything in it is looked at, and may be changed. */
  readonly calls: FileCalls;

  private constructor(fd: number, calls: FileCalls) {
    this.fd = fd;
    this.calls = calls;
  }

  /** Opens a folder by a path that is trusted. */
  static async open(path: string, calls: FileCalls = new FileCalls({ isPrompt: false })): Promise<InRoot> {
    return new InRoot(await calls.open(Buffer.from(path), placeOnly | constants.O_DIRECTORY), calls);
  }

  /** Throws a {@link PathError} when something before the last name is missing, is no folder, or links form a circle. */
  async find(path: string, { followsLast = false, makesFolders = false }: Lookup = {}): Promise<Place> {
    const walk = new Walk(this, path, makesFolders);
    try {
      return await walk.go(followsLast);
    } catch (error) {
      await walk[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.calls.close(this.fd);
  }
}

/** A path in bytes, one per character, as everything here takes it. */
export function pathBytes(path: string): string {
  return Buffer.from(path, "utf8").toString("latin1");
}

/** A name within a held folder, for calls of the kernel that take a path. */
export function within(folder: HeldFolder, name: string): Buffer {
  return Buffer.from(`/proc/self/fd/${folder.fd}${name === "" ? "" : "/"}${name}`, "latin1");
}

class Walk implements AsyncDisposable {
  readonly #root: InRoot;
  readonly #calls: FileCalls;
  readonly #path: string;
  readonly #makesFolders: boolean;
  readonly #folders: (HeldFolder & { readonly name: string })[] = [];
  readonly #toDo: string[];
  #hops = 0;

  constructor(root: InRoot, path: string, makesFolders: boolean) {
    this.#root = root;
    this.#calls = root.calls;
    this.#path = path;
    this.#makesFolders = makesFolders;
    this.#toDo = partsOf(path).toReversed();
  }

  async go(followsLast: boolean): Promise<Place> {
    for (let name = this.#toDo.pop(); name !== undefined; name = this.#toDo.pop()) {
      if (name === "..") await this.#leave();
      else if (this.#toDo.length > 0) await this.#enter(name);
      else {
        const status = await this.#calls.lstat(within(this.#here, name));
        if (!followsLast || status?.isSymbolicLink() !== true) return this.#place(name, status);
        await this.#follow(name);
      }
    }
    const last = this.#folders.at(-1);
    if (last === undefined) return this.#place("", await this.#calls.fstat(this.#root.fd));
    // The path ended in `..` or in a link to a folder: that folder, by its name in the one above.
    const status = await this.#calls.fstat(last.fd);
    await this.#leave();
    return this.#place(last.name, status);
  }

  get #here(): HeldFolder {
    return this.#folders.at(-1) ?? this.#root;
  }

  async #enter(name: string): Promise<void> {
    const fd = (await this.#open(name)) ?? (await this.#made(name));
    if (fd === undefined) throw new PathError("ENOENT", this.#path);
    this.#folders.push({ name, fd });
    const found = await this.#calls.fstat(fd);
    if (found.isDirectory()) return;
    await this.#leave();
    if (!found.isSymbolicLink()) throw new PathError("ENOTDIR", this.#path);
    await this.#follow(name);
  }

  async #open(name: string): Promise<number | undefined> {
    try {
      return await this.#calls.open(within(this.#here, name), placeOnly | constants.O_NOFOLLOW);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  /** A folder where there was nothing, unless there shall be none. */
  async #made(name: string): Promise<number | undefined> {
    if (!this.#makesFolders) return undefined;
    try {
      await this.#calls.mkdir(within(this.#here, name), 0o755);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    return this.#open(name);
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
      return (await this.#calls.readlink(within(this.#here, name))).toString("latin1");
    } catch (error) {
      if (codeOf(error) === "EINVAL") return name;
      throw codeOf(error) === "ENOENT" ? new PathError("ENOENT", this.#path) : error;
    }
  }

  /** Above the root is the root. */
  async #leave(): Promise<void> {
    const left = this.#folders.pop();
    if (left !== undefined) await this.#calls.close(left.fd);
  }

  async #place(name: string, status: BigIntStats | undefined): Promise<Place> {
    const path = `/${[...this.#folders.map((folder) => folder.name), name].join("/")}`;
    const own = this.#folders.pop();
    await this[Symbol.asyncDispose]();
    const folder = own ?? this.#root;
    const calls = this.#calls;
    return {
      folder,
      name,
      status,
      path,
      hostPath: within(folder, name === "" ? "." : name),
      [Symbol.asyncDispose]: async () => own && calls.close(own.fd),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#folders.length > 0) await this.#leave();
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
