import { createHash } from "node:crypto";
import { renameSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Mount } from "../dockerfile/mount-flag.ts";
import { createTurns } from "../../store/turns.ts";
import { unlessAborted } from "../../store/unless-aborted.ts";

/** A folder that commands of several builds share, as long as one of them has it. */
export interface CacheFolder extends AsyncDisposable {
  readonly path: string;
  /** Nobody has had it before. */
  readonly isNew: boolean;
}

/** Folders of `RUN --mount=type=cache`: they outlive builds. */
export interface CacheFolders {
  /**
   * Gives the folder of an id; with `locked` when nobody else has it any more, with `private` one that nobody has. Throws
   * the signal's reason when it comes while another's folder is waited for.
   */
  open(id: string, sharing: Mount["sharing"], signal: AbortSignal): Promise<CacheFolder>;
  /** Removes those that nobody has. */
  prune(): Promise<void>;
}

/** Opens the folders below a folder. */
export async function openCacheFolders(root: string): Promise<CacheFolders> {
  await mkdir(root, { recursive: true, mode: 0o711 });
  for (const name of await readdir(root)) if (name.endsWith(goneSuffix)) await remove(join(root, name));
  const users = new Map<string, number>();
  const turns = createTurns();

  function leave(name: string): void {
    const left = (users.get(name) ?? 1) - 1;
    if (left > 0) users.set(name, left);
    else users.delete(name);
  }

  async function take(name: string): Promise<CacheFolder> {
    const path = join(root, name);
    users.set(name, (users.get(name) ?? 0) + 1);
    try {
      const made = await mkdir(path, { recursive: true, mode: 0o755 });
      return { path, isNew: made !== undefined, [Symbol.asyncDispose]: async () => leave(name) };
    } catch (error) {
      leave(name);
      throw error;
    }
  }

  async function locked(name: string, signal: AbortSignal): Promise<CacheFolder> {
    const { promise: given, resolve: give, reject: refuse } = Promise.withResolvers<CacheFolder>();
    const { promise: left, resolve: done } = Promise.withResolvers<void>();
    turns(name, async () => {
      if (signal.aborted) return;
      const folder = await take(name);
      give(folder);
      await left;
      await folder[Symbol.asyncDispose]();
    }).catch(refuse);
    try {
      const { path, isNew } = await unlessAborted(given, signal);
      return { path, isNew, [Symbol.asyncDispose]: async () => done() };
    } catch (error) {
      done();
      throw error;
    }
  }

  return {
    async open(id, sharing, signal) {
      const name = createHash("sha256").update(id).digest("hex").slice(0, 32);
      if (sharing === "locked") return locked(name, signal);
      if (sharing === "shared") return take(name);
      let own = name;
      for (let number = 1; users.has(own); number += 1) own = `${name}-${number}`;
      return take(own);
    },
    prune: () =>
      turns("", async () => {
        for (const name of await readdir(root)) {
          if (users.has(name)) continue;
          const gone = join(root, `${name}${goneSuffix}`);
          // At once: who opens it from now on gets a new one, and not one that is being emptied.
          renameSync(join(root, name), gone);
          await remove(gone);
        }
      }),
  };
}

const goneSuffix = ".gone";

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
