import { createHash } from "node:crypto";
import type { TarEntry } from "../../tar/entry.ts";
import type { CopyAction } from "../plan/steps.ts";
import { type SourceTree, findSources } from "./source-tree.ts";

/**
 * The digest of what a copy takes: names, kinds, permissions, owners, links and contents, but no times. Equal digests make
 * equal copies.
 */
export async function contentDigest(tree: SourceTree, action: CopyAction): Promise<string> {
  const hash = createHash("sha256");
  for await (const source of findSources(tree, action)) {
    hash.update(`${source.isFolder ? "folder" : "file"} ${JSON.stringify(source.name)}\n`);
    for await (const { entry, content } of source.members()) {
      hash.update(`${describe(entry)}\n`);
      for await (const chunk of content) hash.update(chunk);
    }
  }
  return hash.digest("hex");
}

function describe(entry: TarEntry): string {
  const { name, kind, linkName, mode, uid, gid, sizeBytes, device, xattrs } = entry;
  const attributes = [...xattrs].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([name, kind, linkName, mode, uid, gid, sizeBytes, device.major, device.minor, attributes]);
}
