import { createReadStream } from "node:fs";
import { mkdtemp, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { TarError } from "../tar/entry.ts";
import { BuildError, type FetchProgress, type FetchWish, type LocalSource } from "./build.ts";
import { ContextFolder } from "./classic/context-folder.ts";
import { DockerfileError } from "./dockerfile/dockerfile-error.ts";
import { gitAddress } from "./plan/git-address.ts";
import { type FetchParts, download } from "./solve/download.ts";
import { gitCheckout } from "./solve/git-checkout.ts";

/** Whether a context is brought by the engine. */
function isRemoteContext(address: string): boolean {
  return /^https?:\/\//.test(address) || gitAddress(address) !== undefined;
}

/**
 * What is at an address, brought into a new folder of `folder` when it is first wanted; `dockerfile` is what a file that is
 * no archive is called. Throws a {@link BuildError} for an address of no kind that is known.
 */
export function openRemoteContext(
  address: string,
  dockerfile: string,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): LocalSource {
  if (!isRemoteContext(address)) {
    throw new BuildError(`the context ${shown(address)} is not supported by this engine's builder`, {
      isInvalidRequest: true,
    });
  }
  return new RemoteContext(address, dockerfile, {
    images: { makeTemporary: () => mkdtemp(join(folder, "r-")) },
    signal,
  });
}

/**
 * A context that the engine brings itself: a git repository, an archive on the web, or a Dockerfile alone there. As with
 * BuildKit, no ignore file leaves anything of it out.
 */
class RemoteContext implements LocalSource {
  readonly #address: string;
  readonly #parts: FetchParts;
  readonly #dockerfile: string;
  #brought: Promise<string> | undefined;

  /** What is no archive is the Dockerfile, and gets this name. */
  constructor(address: string, dockerfile: string, parts: FetchParts) {
    this.#address = address;
    this.#dockerfile = dockerfile;
    this.#parts = parts;
  }

  /** See {@link LocalSource}. Throws a {@link BuildError} that names the address. */
  fetch(_wish: FetchWish, onProgress: FetchProgress = () => {}): Promise<string> {
    return (this.#brought ??= this.#bring(onProgress));
  }

  async #bring(onProgress: FetchProgress): Promise<string> {
    try {
      const repository = gitAddress(this.#address);
      if (repository === undefined) return await this.#download(onProgress);
      const files = { ...repository, keepsGitFolder: false, checksum: "", location: undefined };
      return (await gitCheckout(this.#parts, files)).folder;
    } catch (error) {
      if (!(error instanceof DockerfileError) && !(error instanceof TarError)) throw error;
      throw new BuildError(`the context ${shown(this.#address)}: ${error.message}`, { cause: error });
    }
  }

  async #download(onProgress: FetchProgress): Promise<string> {
    const file = { url: this.#address, fileName: "context", checksum: "", location: undefined };
    const { folder } = await download(this.#parts, file, onProgress);
    const path = join(folder, file.fileName);
    if (!(await isArchive(path))) {
      const wanted = this.#dockerfile.replace(/^.*\//, "");
      if (wanted !== this.#dockerfile)
        throw new BuildError(`${shown(this.#address)} is no archive: there is no ${this.#dockerfile}`);
      await rename(path, join(folder, wanted));
      return folder;
    }
    const unpacked = await ContextFolder.unpack(createReadStream(path), await this.#parts.images.makeTemporary());
    return unpacked.fetch({ excludes: [] });
  }
}

const magics = ["1f8b08", "28b52ffd", "425a68", "fd377a585a00"];
const headerBytes = 512;

/** By its first bytes: compressed, or a header of tar (POSIX.1-2001, ustar). */
async function isArchive(path: string): Promise<boolean> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
  const start = buffer.toString("hex", 0, 8);
  return (
    magics.some((magic) => start.startsWith(magic)) ||
    (bytesRead === headerBytes && buffer.toString("latin1", 257, 262) === "ustar")
  );
}

/** Without a password, and what follows the path: secrets are put there. */
function shown(address: string): string {
  return address.replace(/\/\/[^/@]*@/, "//").replace(/\?.*$/, "");
}
