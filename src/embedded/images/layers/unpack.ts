import { lstat, unlink } from "node:fs/promises";
import { CommandError } from "../../host/run.ts";
import { extractTar } from "../../host/tar.ts";
import { overlay } from "../../host/user-namespace.ts";
import { TarError, type TarEntry, type TarMember } from "../../tar/entry.ts";
import { readTar } from "../../tar/read-tar.ts";
import { writeTar } from "../../tar/write-tar.ts";
import { type Digest, measured } from "../digest.ts";
import { type OverlayMember, overlayForm } from "./overlay-form.ts";
import { writeRecipe } from "./recipe.ts";

/** What unpacking a layer tells about it. */
export interface UnpackedLayer {
  /** Digest of the archive, not compressed. */
  readonly diffId: Digest;
  /** Bytes of all contents of files, and of the targets of links: as Docker counts. */
  readonly sizeBytes: number;
  /** Length of the archive. */
  readonly archiveBytes: number;
}

/**
 * Unpacks a layer's archive into an empty folder, in the form that overlayfs mounts, and writes its recipe. All in one
 * stream. Throws a `TarError` for an archive that is damaged or tries to get out of the folder.
 */
export async function unpackLayer(
  archive: AsyncIterable<Uint8Array>,
  { folder, recipe: recipePath }: { readonly folder: string; readonly recipe: string },
  signal?: AbortSignal,
): Promise<UnpackedLayer> {
  const recipe = writeRecipe(recipePath);
  const opaque = new Set<string>();
  let sizeBytes = 0;
  try {
    const { chunks, result } = measured(archive);
    const members = overlayForm(
      readTar(chunks, (bytes) => recipe.framing(bytes)),
      {
        async onFile(entry) {
          if (entry.sizeBytes > 0) await recipe.file(entry.name, entry.sizeBytes);
        },
        onDropped: (bytes) => recipe.framing(bytes),
        onOpaque: (name) => opaque.add(name),
      },
    );
    const counted = (async function* (): AsyncGenerator<OverlayMember> {
      for await (const member of members) {
        sizeBytes += member.entry.kind === "symlink" ? member.entry.linkName.length : member.entry.sizeBytes;
        yield member;
      }
    })();
    await extractMembers(folder, counted, signal);
    if (opaque.size > 0) await extractTar(folder, writeTar(opaqueFolders(folder, opaque)));
    await recipe.end();
    const { digest, sizeBytes: archiveBytes } = result();
    return { diffId: digest, sizeBytes, archiveBytes };
  } catch (error) {
    await recipe.abandon();
    throw isOwnFault(error) ? error : new TarError(`the layer cannot be unpacked: ${(error as Error).message}`);
  }
}

/** A link that is replaced costs a run of tar: nobody has a reason to replace many. */
const mostReplacedLinks = 100;

/**
 * GNU tar makes links that could lead out only at the end, and until then goes by the inode of what stands in their
 * place: the file system may give the same to what replaces them. So whatever replaces a link comes with a run of its own,
 * when the link is gone.
 */
async function extractMembers(
  folder: string,
  members: AsyncGenerator<OverlayMember>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let next = await members.next();
  const untilReplaced = async function* (): AsyncGenerator<TarMember> {
    do {
      if (next.done === true) return;
      yield next.value;
      next = await members.next();
    } while (next.done !== true && !next.value.replacesLink);
  };
  try {
    for (let runs = 0; next.done !== true; runs++) {
      const { entry, replacesLink } = next.value;
      if (runs > mostReplacedLinks)
        throw new TarError(`more than ${mostReplacedLinks} links are replaced in one layer`);
      if (replacesLink) await unlink(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(entry.name, "latin1")]));
      await extractTar(folder, writeTar(untilReplaced()), signal === undefined ? {} : { signal });
    }
  } finally {
    await members.return(undefined);
  }
}

/** Tar can make everything but what the layer itself makes impossible: files below files, links to nothing. */
function isOwnFault(error: unknown): boolean {
  if (!(error instanceof CommandError) || error.exitCode === undefined) return true;
  return /No space left|quota exceeded|Read-only file system|Input\/output error|Cannot allocate/i.test(error.stderr);
}

/** A second, tiny archive: folders as they are by now, with the mark that hides what is beneath. */
async function* opaqueFolders(folder: string, names: ReadonlySet<string>): AsyncGenerator<TarMember> {
  for (const name of names) yield { entry: await opaqueFolder(folder, name), content: nothing() };
}

async function opaqueFolder(folder: string, name: string): Promise<TarEntry> {
  const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, "latin1")]);
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return {
    name: name === "" ? "." : name,
    kind: "directory",
    linkName: "",
    mode: found === undefined ? 0o755 : Number(found.mode & 0o7777n),
    uid: Number(found?.uid ?? 0n),
    gid: Number(found?.gid ?? 0n),
    sizeBytes: 0,
    mtime: found === undefined ? "0" : seconds(found.mtimeNs),
    device: { major: 0, minor: 0 },
    xattrs: new Map([[`${overlay.attributes}opaque`, "y"]]),
  };
}

function seconds(nanoseconds: bigint): string {
  const whole = nanoseconds / 1_000_000_000n;
  const rest = nanoseconds % 1_000_000_000n;
  if (rest === 0n) return String(whole);
  const [floor, fraction] = rest > 0n ? [whole, rest] : [whole - 1n, rest + 1_000_000_000n];
  return `${floor}.${String(fraction).padStart(9, "0")}`;
}

async function* nothing(): AsyncGenerator<Buffer> {}
