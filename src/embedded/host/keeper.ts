import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { keeperFiles, keeperScript, launchScript } from "../rootless/keeper-scripts.ts";
import { programPath, searchPath } from "./program-path.ts";
import { run } from "./run.ts";
import { ownUsers } from "./user-namespace.ts";

/** An engine of an ordinary user: it is root in namespaces of its own only. */
export interface Rootless {
  /** Socket of the program that leads out of its network; `undefined` when there is none. */
  readonly outlet: string | undefined;
  /** What it has to do without, and why: one sentence each. */
  readonly shortcomings: readonly string[];
  /** Gives the namespaces up: what runs in them without an engine goes on. */
  release(): void;
}

/** Where the engine's namespaces are kept. */
export interface KeeperPlaces {
  readonly data: string;
  readonly run: string;
}

const variable = "TSCOMPOSE_ENGINE_KEEPER";

/** How this process came into namespaces of its own; `undefined` when it did not. */
export function enteredNamespaces({ run: folder }: Pick<KeeperPlaces, "run">): Rootless | undefined {
  const keeper = Number(process.env[variable] ?? 0);
  if (!(keeper > 0)) return undefined;
  const socket = join(folder, keeperFiles.outlet);
  const outlet = existsSync(socket) ? socket : undefined;
  return {
    outlet,
    shortcomings: [
      "no control groups: containers have no limits, and cannot be paused",
      ...(outlet === undefined ? [noWayOut(textOf(join(folder, keeperFiles.complaint)))] : []),
      ...(ownUsers.userCount === 1 ? [oneUser] : []),
    ],
    release: () => end(keeper),
  };
}

function end(keeper: number): void {
  try {
    process.kill(keeper, "SIGTERM");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function noWayOut(complaint: string): string {
  const why = complaint.trim().split("\n").at(-1) || "slirp4netns is not installed";
  return `no way out of the engine's network, so no pulls and no published ports: ${why}`;
}

const oneUser =
  "only one user: all files of images belong to root, and nothing runs as anybody else; " +
  "for more install uidmap, and have a range for this user in /etc/subuid and /etc/subgid (usermod --add-subuids)";

/**
 * Becomes another program, in the user and network namespaces that are kept for this data. Does not return. Throws what
 * was said where they cannot be had.
 */
export async function becomeRootOfNamespaces(
  { data, run: folder }: KeeperPlaces,
  { words, environment }: Continuation,
): Promise<never> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const outlet = programPath("slirp4netns") === undefined ? "" : "slirp4netns";
  const keeper = await keeperOf([data, folder, namespaceOptions().join(" "), keeperScript, outlet]);
  const enter = ["--target", keeper, "--user", "--mount", "--net", "--preserve-credentials", "--"];
  if (process.execve === undefined) throw new Error("this Node cannot become another program");
  return process.execve(programPath("nsenter") ?? "nsenter", ["nsenter", ...enter, ...words], {
    ...environment,
    PATH: searchPath,
    [variable]: keeper,
  });
}

/** What goes on in the namespaces. */
export interface Continuation {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Removes an engine's folders, with files of all users that the namespace has, when nobody keeps it any more. */
export async function removeAsNamespaceRoot({ data, run: folder }: KeeperPlaces): Promise<void> {
  const remove = ["unshare", ...namespaceOptions(), "rm", "-rf", "--", data, folder];
  await run("flock", [join(data, keeperFiles.lock), ...remove]);
}

/** One user is what everybody may have; more of them are lent by the machine's root, in `/etc/subuid`. */
function namespaceOptions(): readonly string[] {
  const own = ["--user", "--map-root-user"];
  return hasUserRange() ? [...own, "--map-auto"] : own;
}

/** Whether images have users of their own here: `newuidmap`, and a range of numbers for it. */
export function hasUserRange(): boolean {
  const { username, uid } = userInfo();
  const isLent = (path: string): boolean =>
    textOf(path)
      .split("\n")
      .some((line) => line.startsWith(`${username}:`) || line.startsWith(`${uid}:`));
  return programPath("newuidmap") !== undefined && isLent("/etc/subuid") && isLent("/etc/subgid");
}

/** The launcher goes on without us, so its end is not waited for. */
async function keeperOf(args: readonly string[]): Promise<string> {
  const launcher = spawn("/bin/sh", ["-c", launchScript, "launcher", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    cwd: "/",
    env: { ...process.env, PATH: searchPath },
  });
  let said = "";
  launcher.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  launcher.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
  launcher.once("error", reject);
  launcher.once("close", () => reject(new Error(said.trim() || "the namespaces were not made")));
  return promise;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
