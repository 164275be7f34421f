import { overlay } from "../host/user-namespace.ts";
import type { TarEntry, TarMember } from "../tar/entry.ts";

/**
 * A container's own folder as a layer of an image: what overlayfs marks as deleted or opaque becomes whiteouts (OCI image
 * specification, layer.md), and its attributes are left out. Throws where overlayfs kept only a pointer to something.
 */
export async function* layerForm(members: AsyncIterable<TarMember>): AsyncGenerator<TarMember> {
  for await (const { entry, content } of members) {
    const name = relative(entry.name);
    if (name === "") continue;
    const isOpaque = entry.xattrs.get(`${overlay.attributes}opaque`) === "y";
    if (entry.kind === "character-device" && entry.device.major === 0 && entry.device.minor === 0) {
      yield { entry: marker(entry, beside(name, `.wh.${lastOf(name)}`)), content: nothing() };
      continue;
    }
    const plain = { ...entry, name, linkName: linkOf(entry), xattrs: withoutOverlay(entry) };
    yield { entry: plain, content };
    if (isOpaque) yield { entry: marker(entry, `${name}/.wh..wh..opq`), content: nothing() };
  }
}

function withoutOverlay({ name, xattrs }: TarEntry): ReadonlyMap<string, string> {
  for (const pointer of [`${overlay.attributes}redirect`, `${overlay.attributes}metacopy`]) {
    if (xattrs.has(pointer)) throw new Error(`${name}: overlayfs keeps ${pointer} of it, which no layer can hold`);
  }
  return new Map([...xattrs].filter(([key]) => !key.startsWith(overlay.attributes)));
}

function marker(entry: TarEntry, name: string): TarEntry {
  return { ...entry, name, kind: "file", linkName: "", mode: 0o600, sizeBytes: 0, xattrs: new Map() };
}

function linkOf({ kind, linkName }: TarEntry): string {
  return kind === "hardlink" ? relative(linkName) : linkName;
}

/** Without `./` in front and a slash behind. */
function relative(name: string): string {
  return name.replace(/^\.\/?/, "").replace(/\/$/, "");
}

function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function beside(name: string, other: string): string {
  return name.slice(0, name.lastIndexOf("/") + 1) + other;
}

async function* nothing(): AsyncGenerator<Buffer> {}
