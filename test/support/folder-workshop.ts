import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ArchiveEntry, readTar } from "../../src/actions/copy/read-tar.ts";
import type { Content, Replica, Workshop } from "../../src/watch/workshop.ts";

/** A folder of this machine in the place of a container's root: archives are unpacked there as Docker does it. */
export class FolderWorkshop implements Workshop {
  readonly #root: string;
  /** Called when an archive is about to be asked for, as long as it may still change. */
  beforeUnpack: () => Promise<void> = async () => {};

  constructor(root: string) {
    this.#root = root;
  }

  readonly replica: Replica = { id: "folder", name: "folder", boundFolders: [] };

  async replicas(): Promise<readonly Replica[]> {
    return [this.replica];
  }

  async contents(_: Replica, path: string): Promise<ReadonlyMap<string, Content> | undefined> {
    const contents = new Map<string, Content>();
    await this.#collect(path, "", contents);
    return contents.size === 0 ? undefined : contents;
  }

  async read(_: Replica, path: string): Promise<Uint8Array | undefined> {
    return readFile(this.#at(path)).catch(() => undefined);
  }

  async unpack(_: Replica, archive: AsyncIterable<Uint8Array>): Promise<void> {
    await this.beforeUnpack();
    for await (const entry of readTar(archive)) await this.#unpackOne(entry);
  }

  async remove(_: Replica, paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(this.#at(path), { recursive: true, force: true });
  }

  async rebuild(): Promise<void> {
    throw new Error("a folder is not built");
  }

  async restart(): Promise<void> {
    throw new Error("a folder does not start");
  }

  async exec(): Promise<void> {
    throw new Error("a folder runs nothing");
  }

  async #unpackOne({ path, kind, mode, linkTarget, content }: ArchiveEntry): Promise<void> {
    const full = this.#at(path).replace(/\/$/, "");
    await mkdir(dirname(full), { recursive: true });
    const before = await lstat(full).catch(() => undefined);
    if (!(kind === "directory" && before?.isDirectory() === true)) await rm(full, { recursive: true, force: true });
    if (kind === "directory") await mkdir(full, { recursive: true });
    else if (kind === "symlink") return symlink(linkTarget, full);
    else await writeFile(full, content);
    await chmod(full, mode);
  }

  async #collect(top: string, path: string, contents: Map<string, Content>): Promise<void> {
    const full = join(this.#at(top), path);
    const stats = await lstat(full).catch(() => undefined);
    if (stats === undefined) return;
    const mode = stats.mode & 0o7777;
    if (stats.isSymbolicLink()) contents.set(path, { kind: "symlink", linkTarget: await readlink(full) });
    else if (stats.isFile()) {
      const sha256 = createHash("sha256")
        .update(await readFile(full))
        .digest("hex");
      contents.set(path, { kind: "file", mode, sha256 });
    } else {
      contents.set(path, { kind: "directory", mode });
      for (const name of await readdir(full)) await this.#collect(top, join(path, name), contents);
    }
  }

  #at(path: string): string {
    return join(this.#root, path);
  }
}
