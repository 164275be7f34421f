import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Copies } from "../../compose/remote.ts";
import type { FetchedFile, PublishedProject } from "./fetch-published.ts";
import { type CachePlace, keptFolder } from "./kept-folder.ts";

/** Keeps the files of a published project; answers with the paths of its compose files. */
export async function keepPublished({ hex, files }: PublishedProject, place: CachePlace): Promise<Copies> {
  const named = namedFiles(files);
  const folder = await keptFolder(["oci", hex], place, async (unfinished) => {
    for (const [name, { text }] of named) await writeFile(join(unfinished, name), text, { mode: 0o600, flag: "wx" });
  });
  const project = [...named].flatMap(([name, { kind }]) => (kind === "project" ? [join(folder, name)] : []));
  const [main, ...overrides] = project;
  if (main === undefined) throw new Error(`nothing of ${hex} is a compose file`); // who fetches has seen to it
  return [main, ...overrides];
}

/** Compose files of different folders may have one name; what is named by others keeps its own. */
function namedFiles(files: readonly FetchedFile[]): ReadonlyMap<string, FetchedFile> {
  const taken = new Set(files.flatMap(({ name, kind }) => (kind === "companion" ? [name] : [])));
  const named = files.map((file, index): readonly [string, FetchedFile] => {
    if (file.kind === "companion") return [file.name, file];
    let { name } = file;
    while (taken.has(name)) name = `${index}-${name}`;
    taken.add(name);
    return [name, file];
  });
  return new Map(named);
}
