import { rmdir, unlink } from "node:fs/promises";
import { InRoot, PathError, pathBytes } from "../../host/in-root.ts";

/**
 * Places that the runtime makes to mount something on, and that are no work of the command: they go after it, unless
 * something is in them.
 */
export class MountStubs {
  /** Deeper ones first. */
  readonly #paths: readonly string[];

  private constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Looks which of the places and the folders above are missing in layers, the uppermost first. */
  static async before(layers: readonly string[], targets: readonly string[]): Promise<MountStubs> {
    const missing: string[] = [];
    for (const target of targets) {
      const parts = target.split("/").filter((part) => part !== "");
      for (let count = parts.length; count > 0; count -= 1) {
        const path = `/${parts.slice(0, count).join("/")}`;
        if (await isThere(layers, path)) break;
        missing.push(path);
      }
    }
    return new MountStubs(missing.sort((one, other) => other.length - one.length));
  }

  /** Takes the empty ones away from what the command has changed. */
  async clear(upper: string): Promise<void> {
    await using root = await InRoot.open(upper);
    for (const path of this.#paths) {
      await using place = await root.find(pathBytes(path)).catch(unlessMissing);
      if (place?.status === undefined) continue;
      if (place.status.isDirectory()) await rmdir(place.hostPath).catch(unlessFilled);
      else if (place.status.isFile() && place.status.size === 0n) await unlink(place.hostPath);
    }
  }
}

async function isThere(layers: readonly string[], path: string): Promise<boolean> {
  for (const layer of layers) {
    await using root = await InRoot.open(layer);
    await using place = await root.find(pathBytes(path)).catch(unlessMissing);
    if (place?.status === undefined) continue;
    const isWhiteout = place.status.isCharacterDevice() && place.status.rdev === 0n;
    return !isWhiteout;
  }
  return false;
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof PathError)) throw error;
}

function unlessFilled(error: unknown): void {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
}
