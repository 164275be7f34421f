import { extractInRoot } from "../../files/extract.ts";
import { InRoot } from "../../host/in-root.ts";
import { pipeThrough } from "../../host/pipe-through.ts";
import { CommandError } from "../../host/run.ts";
import { decompressed } from "../../images/layers/decompress.ts";
import { ByteSource } from "../../tar/byte-source.ts";
import { TarError, blockBytes } from "../../tar/entry.ts";
import { hasValidChecksum } from "../../tar/header.ts";
import { readTar } from "../../tar/read-tar.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { CopyAction } from "../plan/steps.ts";
import { type CopyTarget, makeFolder } from "./make-folder.ts";
import type { FoundSource } from "./source-tree.ts";

/**
 * Unpacks a source into the destination when it is an archive, compressed or not; answers whether it was one. Throws a
 * {@link DockerfileError} for an archive that is damaged or climbs out of the destination.
 */
export async function unpackArchive(
  source: FoundSource,
  { destination }: CopyAction,
  { root, owner }: CopyTarget,
): Promise<boolean> {
  for await (const { entry, content } of source.members()) {
    if (entry.kind !== "file") return false;
    const archive = new ByteSource(unpressed(content));
    try {
      if (!(await isArchive(archive))) return false;
      await using place = await makeFolder(root, destination, { owner, mode: 0o755 });
      await using target = await InRoot.open(place.path.toString(), root.calls);
      const wish = { root: target, mountPoints: [], path: "/", keepsKinds: false, ...(owner && { owner }) };
      await extractInRoot(wish, readTar(archive.remaining()));
      return true;
    } catch (error) {
      if (error instanceof TarError) throw new DockerfileError(`unpacking ${source.name}: ${error.message}`);
      throw error;
    } finally {
      await archive.close();
    }
  }
  return false;
}

async function isArchive(source: ByteSource): Promise<boolean> {
  try {
    return hasValidChecksum(await source.peek(blockBytes));
  } catch (error) {
    // What only begins like something compressed is copied as it is.
    if (error instanceof TarError || error instanceof CommandError) return false;
    throw error;
  }
}

const programs: readonly { readonly magic: string; readonly command: string }[] = [
  { magic: "fd377a585a00", command: "xz" },
  { magic: "425a68", command: "bzip2" },
];

async function* unpressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = new ByteSource(chunks);
  const start = (await source.peek(6)).toString("hex");
  const found = programs.find(({ magic }) => start.startsWith(magic));
  if (found === undefined) yield* decompressed(source.remaining());
  else yield* pipeThrough(found.command, ["--decompress", "--stdout"], source.remaining());
}
