import { createHash } from "node:crypto";
import type { ImageDocument } from "../../src/embedded/images/image-document.ts";
import type { TarEntry } from "../../src/embedded/tar/entry.ts";
import { readTar } from "../../src/embedded/tar/read-tar.ts";
import { once } from "./tar-members.ts";

/** What an image is, apart from times and ids. */
export interface ImageFacts {
  readonly config: unknown;
  readonly author?: string;
  /** `created_by`, with `(empty)` for entries without a layer. */
  readonly history: readonly string[];
  readonly layers: number;
  /** Told for images of a given time only. */
  readonly created?: string | undefined;
  /** What differs from the first layer of `base`, by path; `-` for what is gone. */
  readonly tree: Readonly<Record<string, string>>;
}

type Tree = Map<string, string>;

/** Reads an archive of `docker save` with one image; the layers of a base image are left out of its tree. */
export async function imageFacts(
  archive: Buffer,
  { base, isTimed }: { readonly base: string; readonly isTimed: boolean },
): Promise<ImageFacts> {
  const files = await filesOf(archive);
  const [manifest] = JSON.parse(String(files.get("manifest.json"))) as [{ Config: string; Layers: string[] }];
  const document = JSON.parse(String(files.get(manifest.Config))) as ImageDocument;
  const { diff_ids: diffIds } = document.rootfs;
  const tree: Tree = new Map();
  let before: Tree = new Map();
  for (const [index, path] of manifest.Layers.entries()) {
    await applyLayer(tree, files.get(path) ?? Buffer.alloc(0));
    if (index === 0 && diffIds[0] === base) before = new Map(tree);
  }
  return {
    config: document.config,
    ...(document.author === undefined ? {} : { author: document.author }),
    history: (document.history ?? []).map(
      ({ created_by: by = "", empty_layer: isEmpty, comment }) =>
        `${by} (${isEmpty === true ? "empty, " : ""}${comment})`,
    ),
    layers: diffIds.length,
    ...(isTimed ? { created: document.created } : {}),
    tree: difference(before, tree),
  };
}

/** The digest of the first layer of an image, from an archive of `docker save`. */
export async function firstLayer(archive: Buffer): Promise<string> {
  const files = await filesOf(archive);
  const [manifest] = JSON.parse(String(files.get("manifest.json"))) as [{ Config: string }];
  return (JSON.parse(String(files.get(manifest.Config))) as ImageDocument).rootfs.diff_ids[0] ?? "";
}

async function filesOf(archive: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const links = new Map<string, string>();
  for await (const { entry, content } of readTar(once(archive))) {
    if (entry.kind === "file") files.set(entry.name, Buffer.concat(await Array.fromAsync(content)));
    else if (entry.linkName !== "") links.set(entry.name, entry.linkName);
  }
  for (const [name, target] of links) {
    const found = files.get(target) ?? files.get(new URL(target, `file:///${name}`).pathname.slice(1));
    if (found !== undefined) files.set(name, found);
  }
  return files;
}

async function applyLayer(tree: Tree, layer: Buffer): Promise<void> {
  const fresh: Tree = new Map();
  for await (const { entry, content } of readTar(once(layer))) {
    const name = entry.name.replace(/^\.?\//, "").replace(/\/$/, "");
    if (name === "" || name === ".") continue;
    const slash = name.lastIndexOf("/") + 1;
    const [folder, last] = [name.slice(0, slash), name.slice(slash)];
    if (last === ".wh..wh..opq") removeBelow(tree, folder);
    else if (last.startsWith(".wh.")) {
      tree.delete(folder + last.slice(4));
      removeBelow(tree, `${folder}${last.slice(4)}/`);
    } else fresh.set(name, await described(entry, content, fresh.get(entry.linkName.replace(/^\.?\//, ""))));
  }
  for (const [name, facts] of fresh) {
    if (!facts.startsWith("directory")) removeBelow(tree, `${name}/`);
    tree.set(name, facts);
  }
}

function removeBelow(tree: Tree, folder: string): void {
  for (const name of tree.keys()) if (name.startsWith(folder)) tree.delete(name);
}

async function described(
  { kind, mode, uid, gid, linkName, sizeBytes, xattrs }: TarEntry,
  content: AsyncIterable<Buffer>,
  linked: string | undefined,
): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of content) hash.update(chunk);
  const attributes = [...xattrs]
    .map(([key, value]) => ` ${key}=${Buffer.from(value, "latin1").toString("hex")}`)
    .join("");
  if (kind === "hardlink") return linked ?? `link to ${linkName}`;
  if (kind === "symlink") return `symlink ${uid}:${gid} -> ${linkName}`;
  const own = `${kind} ${mode.toString(8).padStart(4, "0")} ${uid}:${gid}`;
  return kind === "file" ? `${own} ${sizeBytes} ${hash.digest("hex").slice(0, 12)}${attributes}` : own + attributes;
}

function difference(before: Tree, after: Tree): Record<string, string> {
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => [name, "-"] as const);
  const changed = [...after].filter(([name, facts]) => before.get(name) !== facts);
  return Object.fromEntries([...gone, ...changed].sort(([one], [other]) => (one < other ? -1 : 1)));
}
