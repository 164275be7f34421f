import { isAbsolute, join, relative, sep } from "node:path";
import { defaultFileNames } from "../../compose/discover.ts";
import { TscomposeError, UsageError } from "../../errors.ts";
import { type GitReference, isCommit } from "../../lock/git-reference.ts";
import { coverText } from "../../plan/secrets.ts";
import type { Files } from "../../system/files.ts";
import { systemFiles } from "../../system/files.ts";
import { askCommit, type GitContext, runGit } from "../run-git.ts";
import { type CachePlace, keptFolder } from "./kept-folder.ts";

/** Checks a commit of a git repository out into the user's cache; answers with the path of the compose file that is meant. */
export async function checkOut(reference: GitReference, context: GitContext & CachePlace): Promise<string> {
  const { ref, folder } = reference;
  expectInside(reference);
  const commit = isCommit(ref) ? ref : await askCommit(reference, context);
  const root = await keptFolder(["git", commit], context, (unfinished) =>
    fetchCommit(reference, commit, unfinished, context),
  );
  return findFile(reference, { root, path: join(root, folder) }, systemFiles);
}

/** One commit and nothing before it; no hooks, no submodules. */
async function fetchCommit(
  { url }: GitReference,
  commit: string,
  directory: string,
  context: GitContext,
): Promise<void> {
  const doing = `fetching ${coverText(url)}`;
  const run = (...args: readonly string[]): Promise<unknown> =>
    runGit({ doing, args: ["-c", "core.hooksPath=/dev/null", ...args], directory }, context);
  await run("init", "--quiet", "--template=");
  await run("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--", url, commit);
  await run("checkout", "--quiet", "--detach", "--no-recurse-submodules", commit);
}

/** Of a folder, the compose file with a default name; links must not lead out of the repository. */
async function findFile(
  reference: GitReference,
  { root, path }: { readonly root: string; readonly path: string },
  files: Files,
): Promise<string> {
  const isFolder = (await files.status(path))?.kind === "directory";
  for (const candidate of isFolder ? defaultFileNames.map((name) => join(path, name)) : [path]) {
    if ((await files.status(candidate))?.kind !== "file") continue;
    const [realRoot = root, real = candidate] = await Promise.all([files.realPath(root), files.realPath(candidate)]);
    if (isInside(realRoot, real)) return candidate;
    throw refusal(reference, `${relative(root, candidate)} is a link that leads out of the repository`);
  }
  const wanted = isFolder ? `none of ${defaultFileNames.join(", ")}` : "no such file";
  throw refusal(reference, `${wanted} in ${reference.folder === "" ? "its root" : reference.folder}`);
}

function expectInside(reference: GitReference): void {
  const { folder } = reference;
  if (!isAbsolute(folder) && isInside("/root", join("/root", folder))) return;
  throw new UsageError(`${coverText(reference.url)}: the folder "${folder}" is not inside the repository`);
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function refusal({ url, ref }: GitReference, what: string): TscomposeError {
  return new TscomposeError({ code: "not-found", message: `${coverText(url)} at ${ref}: ${what}` });
}
