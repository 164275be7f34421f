import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Writes a value as JSON so that a crash at any instant leaves the old file or the new one; mode 0600. With `sync` it
 * is on the disk when this resolves: the file, and the folder that names it.
 */
export async function saveJson(path: string, value: unknown, { sync = false }: { sync?: boolean } = {}): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeWhole(temporary, `${JSON.stringify(value)}\n`, sync);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (sync) await syncFolder(dirname(path));
}

/** Reads what {@link saveJson} wrote; `undefined` when there is no such file. Throws for a file that is no JSON. */
export async function loadJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (error instanceof SyntaxError) throw new Error(`${path}: no valid JSON`, { cause: error });
    throw error;
  }
}

async function writeWhole(path: string, text: string, sync: boolean): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    if (sync) await file.datasync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
