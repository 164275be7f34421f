import type { Operation } from "../plan/operation.ts";
import type { Tools } from "./perform.ts";
import { tarOf } from "./tar.ts";

/** Copies configs and secrets into a container that does not run yet: one archive, unpacked at the root. */
export async function uploadFiles(
  { container, files }: Extract<Operation, { kind: "upload-files" }>,
  { engine, ids }: Tools,
): Promise<undefined> {
  const archive = tarOf(
    files.map(({ path, content, uid, gid, mode }) => {
      const bytes = Buffer.from(content);
      const name = path.replace(/^\/+/, "");
      // No time of its own: the same content makes the same archive.
      const entry = { path: name, kind: "file", mode, uid, gid, sizeBytes: bytes.length, mtimeSeconds: 0 } as const;
      return { entry, content: bytes };
    }),
  );
  await engine.uploadArchive(ids.resolve(container), "/", archive);
}
