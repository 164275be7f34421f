import { TarError, type TarEntry, type TarMember, shownName } from "../../tar/entry.ts";
import { LinkTable } from "./link-table.ts";

/** Marks what a layer takes away (OCI image specification, layer.md). */
const whiteoutPrefix = ".wh.";
const metadataPrefix = ".wh..wh.";
const opaqueMarker = ".wh..wh..opq";

/** An entry of the new form. */
export interface OverlayMember extends TarMember {
  /** The same layer has made another symbolic link of this name before. */
  readonly replacesLink: boolean;
}

/** What the conversion tells on the way. */
export interface OverlayFormEvents {
  /** A file whose content follows, by the name it gets. */
  readonly onFile: (entry: TarEntry) => Promise<void>;
  /** Content of an entry that does not become a file. */
  readonly onDropped: (bytes: Buffer) => Promise<void>;
  /** At the end: a folder that hides all that lower layers have below it. */
  readonly onOpaque: (folder: string) => void;
}

/**
 * A layer as overlayfs wants it on disk: whiteouts become character devices 0:0; names lead through no symbolic link,
 * never start with a slash and never climb. The attributes by which overlayfs steers itself are dropped: no layer has a
 * say in that. Throws a {@link TarError} for a name that leads out of the layer.
 */
export async function* overlayForm(
  members: AsyncIterable<TarMember>,
  { onFile, onDropped, onOpaque }: OverlayFormEvents,
): AsyncGenerator<OverlayMember> {
  const links = new LinkTable();
  const opaque = new Set<string>();
  for await (const { entry, content } of members) {
    const converted = convert(entry, links, opaque);
    if (converted?.kind === "file") await onFile(converted);
    else for await (const dropped of content) await onDropped(dropped);
    if (converted === undefined) continue;
    const replacesLink = links.isReplaced(converted);
    links.note(converted);
    yield { entry: converted, content, replacesLink };
  }
  // Resolved anew: an entry that came later may have put a link where there was nothing before.
  for (const folder of opaque) onOpaque(links.resolveFolder(folder));
}

function convert(entry: TarEntry, links: LinkTable, opaque: Set<string>): TarEntry | undefined {
  const name = links.resolve(entry.name);
  const slash = name.lastIndexOf("/");
  const [folder, last] = [name.slice(0, Math.max(slash, 0)), name.slice(slash + 1)];
  if (last === opaqueMarker) {
    opaque.add(folder);
    return undefined;
  }
  if (last.startsWith(metadataPrefix)) return undefined;
  if (last.startsWith(whiteoutPrefix)) return whiteout(entry, folder, last.slice(whiteoutPrefix.length));
  if (name === "" && entry.kind !== "directory") throw new TarError(`${shownName(entry.name)}: the root is a folder`);
  const linkName = entry.kind === "hardlink" ? links.resolve(entry.linkName) : entry.linkName;
  if (entry.kind === "hardlink" && linkName === "") throw new TarError(`${shownName(entry.name)}: a link to the root`);
  return { ...entry, name: name === "" ? "." : name, linkName, xattrs: withoutOverlay(entry.xattrs) };
}

function whiteout(entry: TarEntry, folder: string, hidden: string): TarEntry {
  if (hidden === "" || hidden === "." || hidden === "..") {
    throw new TarError(`${shownName(entry.name)}: a whiteout that hides no name`);
  }
  return {
    name: folder === "" ? hidden : `${folder}/${hidden}`,
    kind: "character-device",
    linkName: "",
    mode: 0,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    mtime: entry.mtime,
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
  };
}

function withoutOverlay(xattrs: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (xattrs.size === 0) return xattrs;
  return new Map([...xattrs].filter(([name]) => !/^(trusted|user)\.overlay\./.test(name)));
}
