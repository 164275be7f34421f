import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import type { FetchProgress, FetchWish, LocalSource } from "../build.ts";
import type { ClientSession } from "./client-session.ts";

/** What folders of a client are brought with. */
export interface FolderParts {
  readonly session: ClientSession;
  /** Where they are brought to; removed when the build is over. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

interface Fetched {
  readonly wish: FetchWish;
  readonly folder: Promise<string>;
}

/** A folder of a client. What one transfer has brought is not asked for again. */
export class ClientFolder implements LocalSource {
  readonly #parts: FolderParts;
  readonly #name: string;
  readonly #fetched: Fetched[] = [];

  constructor(parts: FolderParts, name: string) {
    this.#parts = parts;
    this.#name = name;
  }

  /** See {@link LocalSource}. */
  fetch(wish: FetchWish, onBytes: FetchProgress = () => {}): Promise<string> {
    const known = this.#fetched.find((each) => covers(each.wish, wish));
    if (known !== undefined) return known.folder;
    const folder = this.#bring(wish, onBytes);
    this.#fetched.push({ wish, folder });
    return folder;
  }

  async #bring(wish: FetchWish, onBytes: FetchProgress): Promise<string> {
    const { session, folder, signal } = this.#parts;
    const into = await mkdtemp(join(folder, "f-"));
    let bytes = 0;
    const count = (more: number): void => {
      bytes += more;
      onBytes(bytes, false);
    };
    await session.receive({ ...wish, name: this.#name, into, signal, onBytes: count });
    onBytes(bytes, true);
    return into;
  }
}

/** Whether all that is wanted came with another wish, and nothing that must not be there. */
function covers(one: FetchWish, other: FetchWish): boolean {
  const isSame = one.excludes.join("\n") === other.excludes.join("\n");
  if (one.paths === undefined || other.paths === undefined) return isSame && one.paths === undefined;
  const brought = new Set(one.paths);
  return isSame && other.paths.every((path) => brought.has(path));
}
