import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { basename, dirname } from "node:path";
import { freePort } from "./free-port.ts";

/** A folder as a git repository that others can clone. */
export interface ServedRepository extends AsyncDisposable {
  /** `git://127.0.0.1:…/name` */
  readonly url: string;
  /** The commit of all that was in the folder, on the branch `main`. */
  readonly commit: string;
  /** Commits what is in the folder by now, be it the same; gives the commit. */
  commitAll(message: string): string;
}

/** Commits all that is in a folder, and serves it by git's own protocol. */
export async function serveRepository(folder: string): Promise<ServedRepository> {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
      encoding: "utf8",
    }).trim();
  const commitAll = (message: string): string => {
    git("add", ".");
    git("commit", "--quiet", "--allow-empty", `--message=${message}`);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet", "--initial-branch=main");
  const commit = commitAll("first");
  const port = await freePort();
  const places = ["--listen=127.0.0.1", `--port=${port}`, "--reuseaddr", `--base-path=${dirname(folder)}`];
  const daemon = spawn("git", ["daemon", "--verbose", "--log-destination=stderr", "--export-all", ...places], {
    stdio: ["ignore", "ignore", "pipe"],
    // It starts a process for each connection: they end together.
    detached: true,
  });
  await once(daemon.stderr, "data");
  return {
    url: `git://127.0.0.1:${port}/${basename(folder)}`,
    commit,
    commitAll,
    async [Symbol.asyncDispose]() {
      process.kill(-(daemon.pid ?? 0), "SIGKILL");
      await once(daemon, "exit");
    },
  };
}
