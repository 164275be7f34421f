import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const own = ["fixtures", "examples"].map((folder) => join(import.meta.dirname, "../..", folder));

/** Texts to mutate: every YAML file of this repository, and of folders named on the command line (JSON corpora too). */
export async function seeds(folders: readonly string[]): Promise<string[]> {
  const texts = await Promise.all([...own, ...folders].map(textsBelow));
  return [...new Set(texts.flat())].toSorted();
}

async function textsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
      .map(async ({ parentPath, name }) => {
        const text = await readFile(join(parentPath, name), "utf8");
        return name.endsWith(".json") ? inlineFiles(text) : [text];
      }),
  );
  return texts.flat();
}

/** Corpora keep small cases inline: every text below a key that looks like a YAML file's name. */
function inlineFiles(json: string): string[] {
  const found: string[] = [];
  JSON.parse(json, (key, value: unknown) => {
    if (/\.ya?ml$/.test(key) && typeof value === "string") found.push(value);
    return value;
  });
  return found;
}
