import { InRoot, PathError, pathBytes } from "../../host/in-root.ts";
import { readRegularFile } from "../../host/regular-file.ts";

/** The text of a file in a folder that somebody else has filled; `undefined` where there is none. */
export async function textInFolder(folder: string, path: string): Promise<string | undefined> {
  await using root = await InRoot.open(folder);
  await using place = await root.find(pathBytes(path), { followsLast: true }).catch((error: unknown) => {
    if (error instanceof PathError) return undefined;
    throw error;
  });
  return place?.status?.isFile() === true ? await readRegularFile(place.hostPath) : undefined;
}
