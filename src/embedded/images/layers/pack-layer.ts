import { layerForm } from "../../files/layer-form.ts";
import { createTar } from "../../host/tar.ts";
import { readTar } from "../../tar/read-tar.ts";
import { writeTar } from "../../tar/write-tar.ts";
import { measured } from "../digest.ts";
import { overlayForm } from "./overlay-form.ts";
import { writeRecipe } from "./recipe.ts";
import type { UnpackedLayer } from "./unpack.ts";

/**
 * Makes the recipe of a folder that overlayfs has written to: the archive itself is read past and kept nowhere. What the
 * folder has stays where it is.
 */
export async function packLayer(folder: string, recipePath: string): Promise<UnpackedLayer> {
  const recipe = writeRecipe(recipePath);
  let sizeBytes = 0;
  try {
    const { chunks, result } = measured(writeTar(layerForm(readTar(createTar(folder, ["."])))));
    const members = overlayForm(
      readTar(chunks, (bytes) => recipe.framing(bytes)),
      {
        async onFile(entry) {
          if (entry.sizeBytes > 0) await recipe.file(entry.name, entry.sizeBytes);
        },
        onDropped: (bytes) => recipe.framing(bytes),
        onOpaque: () => {},
      },
    );
    for await (const { entry } of members) {
      sizeBytes += entry.kind === "symlink" ? entry.linkName.length : entry.sizeBytes;
    }
    await recipe.end();
    const { digest, sizeBytes: archiveBytes } = result();
    return { diffId: digest, sizeBytes, archiveBytes };
  } catch (error) {
    await recipe.abandon();
    throw error;
  }
}
