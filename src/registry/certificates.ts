import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { RegistryError } from "./registry-error.ts";
import type { Trust } from "./endpoints.ts";

/**
 * Reads `FOLDER/HOST:PORT`, as Docker's `certs.d` has it: `*.crt` are authorities, `*.cert` with the `*.key` of the same
 * name are the client's. Later folders add to earlier ones; none has to exist.
 */
export async function readTrust(folders: readonly string[], registry: string): Promise<Trust> {
  // A name with a slash in it would lead elsewhere; no host has one.
  const places = folders.map((folder) => join(folder, registry.replaceAll("/", "_")));
  const found = await Promise.all(places.map(readFolder));
  return {
    authorities: found.flatMap(({ authorities = [] }) => authorities),
    keys: found.flatMap(({ keys = [] }) => keys),
  };
}

async function readFolder(folder: string): Promise<Trust> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (Error.isError(error) && "code" in error && /^ENO(ENT|TDIR)$/.test(String(error.code))) return [];
    throw error;
  });
  const read = (name: string): Promise<string> => readFile(join(folder, name), "utf8");
  const authorities = await Promise.all(names.filter((name) => name.endsWith(".crt")).map(read));
  const keys = await Promise.all(
    names
      .filter((name) => name.endsWith(".cert"))
      .map(async (name) => {
        const key = name.replace(/\.cert$/, ".key");
        if (!names.includes(key)) throw new RegistryError("broken", `${join(folder, name)} has no ${key} beside it`);
        return { certificate: await read(name), key: await read(key) };
      }),
  );
  return { authorities, keys };
}
