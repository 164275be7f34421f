import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fetchPublished, publishedScheme, type PublishedProject } from "../actions/publish/fetch-published.ts";
import type { RegistryContext } from "../actions/publish/registry-call.ts";
import type { LoadRequest } from "../compose/load.ts";

/** Puts local copies in the place of compose files that were published. */
export async function withLocalCopies(
  request: LoadRequest,
  context: RegistryContext & { readonly workingDirectory: string },
): Promise<LoadRequest> {
  const { files = [] } = request;
  const fetched = await Promise.all(
    files.map(async (file) => (file.startsWith(publishedScheme) ? await fetchPublished(file, context) : file)),
  );
  const places = await Promise.all(
    fetched.map(async (each) => (typeof each === "string" ? [each] : await keep(each, context))),
  );
  return { ...defaultName(fetched, context), ...request, files: places.flat() };
}

/** As Docker Compose: the folder that one is in gives a name where nothing else does, not the one with the copies. */
function defaultName(
  fetched: readonly (string | PublishedProject)[],
  { environment, workingDirectory }: RegistryContext & { readonly workingDirectory: string },
): Pick<LoadRequest, "projectName"> {
  const isNamed = fetched.some(
    (each) => typeof each === "string" || each.files.some(({ text }) => /^name\s*:/m.test(text)),
  );
  const name = basename(workingDirectory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
  return isNamed || environment["COMPOSE_PROJECT_NAME"] || name === "" ? {} : { projectName: name };
}

/** Keeps the files in a folder that only its owner can read, whole or not at all; answers with the compose files. */
async function keep(
  { hex, files }: PublishedProject,
  { environment, homeDirectory }: RegistryContext,
): Promise<readonly string[]> {
  const cache = environment["XDG_CACHE_HOME"] || join(homeDirectory, ".cache");
  const folder = join(cache, "tscompose", "oci", hex);
  const pathOf = (name: string, index: number): string =>
    join(folder, repeats(files, index) ? `${index}-${name}` : name);
  if (!(await exists(folder))) {
    const unfinished = `${folder}.${process.pid}`;
    await mkdir(unfinished, { recursive: true, mode: 0o700 });
    for (const [index, { name, text }] of files.entries()) {
      await writeFile(join(unfinished, basename(pathOf(name, index))), text, { mode: 0o600 });
    }
    await rename(unfinished, folder).catch(async (error: unknown) => {
      await rm(unfinished, { recursive: true, force: true });
      // Somebody else has been faster.
      if (!(await exists(folder))) throw error;
    });
  }
  return files.flatMap(({ name, kind }, index) => (kind === "project" ? [pathOf(name, index)] : []));
}

/** Compose files of different folders may have one name. */
function repeats(files: PublishedProject["files"], index: number): boolean {
  return files.slice(0, index).some(({ name }) => name === files[index]?.name);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
