import { rm } from "node:fs/promises";
import { join } from "node:path";
import { InRoot, pathBytes } from "../../host/in-root.ts";
import { CommandError, run } from "../../host/run.ts";
import { keyOf } from "../cache/step-key.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { GitStep } from "../plan/steps.ts";
import type { FetchParts, FetchedFolder } from "./download.ts";

/** Nothing of the machine's own settings, no question, no program that a repository could name. */
const environment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ALLOW_PROTOCOL: "git:http:https:ssh",
};

/** Files of a git repository. */
export type GitFiles = Pick<GitStep, "remote" | "ref" | "folder" | "keepsGitFolder" | "checksum" | "location">;

/** Brings the files of a git repository. Throws a {@link DockerfileError} with what git says. */
export async function gitCheckout({ images, signal }: FetchParts, step: GitFiles): Promise<FetchedFolder> {
  const folder = await images.makeTemporary();
  const git = (...args: string[]): Promise<{ readonly stdout: string }> =>
    run("git", ["-c", "core.hooksPath=/dev/null", "-C", folder, ...args], { env: environment, signal });
  try {
    await git("init", "--quiet");
    await git("fetch", "--quiet", "--depth=1", "--no-tags", "--", step.remote, step.ref || "HEAD");
    await git("checkout", "--quiet", "--force", "--detach", "FETCH_HEAD");
    const commit = (await git("rev-parse", "HEAD")).stdout.trim();
    if (step.checksum !== "" && !commit.startsWith(step.checksum)) {
      throw new DockerfileError(`expected checksum to match ${step.checksum}, got ${commit}`, step.location);
    }
    if (!step.keepsGitFolder) await rm(join(folder, ".git"), { recursive: true, force: true });
    const key = keyOf("git", step.remote, commit, step.folder, step.keepsGitFolder);
    return { folder: await subfolder(folder, step), temporary: folder, key };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof CommandError)) throw error;
    throw new DockerfileError(
      `failed to fetch remote ${withoutPassword(step.remote)}: ${error.message}`,
      step.location,
    );
  }
}

async function subfolder(folder: string, { folder: wanted, location }: GitFiles): Promise<string> {
  if (wanted === "") return folder;
  await using root = await InRoot.open(folder);
  await using place = await root.find(pathBytes(wanted), { followsLast: true });
  if (place.status?.isDirectory() === true) return folder + Buffer.from(place.path, "latin1").toString();
  throw new DockerfileError(`invalid subdirectory ${JSON.stringify(wanted)} of the repository`, location);
}

function withoutPassword(remote: string): string {
  return remote.replace(/\/\/[^/@]*@/, "//");
}
