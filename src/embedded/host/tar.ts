import { type ChildProcess, spawn } from "node:child_process";
import { CommandError } from "./run.ts";
import { ownUsers } from "./user-namespace.ts";

/**
 * GNU tar: Node can set neither extended attributes nor owners of links, and makes no device nodes. The umask is that
 * of an engine, whoever started it: folders that an archive only implies are for everyone to read.
 */
const shell = ["sh", ["-c", 'umask 022; exec tar "$@"', "tar"]] as const;
const faithful = ["--numeric-owner", "--xattrs", "--xattrs-include=*"];
const environment = { LC_ALL: "C", PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
const mostStderr = 65_536;
/** What tar reads at once, and writes into a file, in blocks of 512 bytes: its own 20 make 50 calls of each megabyte. */
const blocksAtOnce = 512;

/** Where tar works: a folder by its path, or by an open descriptor, which nobody can replace by a link meanwhile. */
export type TarFolder = string | { readonly fd: number };

/**
 * Unpacks an archive exactly: owners, modes, times, devices, attributes. Where there is only one user, all is its own.
 * The caller vouches for its names. Throws what
 * the archive's stream throws, or a {@link CommandError}.
 */
export async function extractTar(
  folder: TarFolder,
  archive: AsyncIterable<Uint8Array>,
  options: { readonly args?: readonly string[]; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const child = startTar(folder, [
    "--extract",
    ...faithful,
    ownUsers.userCount > 1 ? "--same-owner" : "--no-same-owner",
    "--preserve-permissions",
    "--delay-directory-restore",
    "--warning=no-timestamp",
    `--blocking-factor=${blocksAtOnce}`,
    ...(options.args ?? []),
  ]);
  const ended = endOf(child);
  const [fed, result] = await Promise.allSettled([
    feed(child, archive, { ended, signal: options.signal }).catch((error: unknown) => {
      child.kill("SIGKILL");
      throw error;
    }),
    ended,
  ]);
  if (fed.status === "rejected") throw fed.reason;
  if (result.status === "rejected") throw result.reason;
}

/**
 * Writes to tar no faster than it reads. Tar stops reading at the end of the archive, which need not be the end of the
 * stream: the rest is read all the same, for the stream may be measured on its way. When tar fails, that stops it.
 */
async function feed(
  { stdin }: TarProcess,
  archive: AsyncIterable<Uint8Array>,
  { ended, signal }: { readonly ended: Promise<void>; readonly signal: AbortSignal | undefined },
): Promise<void> {
  let hasFailed = false;
  const end = ended.catch(() => {
    hasFailed = true;
  });
  stdin.on("error", () => {});
  for await (const chunk of archive) {
    signal?.throwIfAborted();
    if (hasFailed) return;
    if (stdin.destroyed || stdin.write(chunk)) continue;
    const { promise, resolve } = Promise.withResolvers<void>();
    stdin.once("drain", resolve).once("close", resolve);
    await Promise.race([promise, end]);
    stdin.off("drain", resolve).off("close", resolve);
  }
  stdin.end();
}

/**
 * Packs names below a folder, never following a link. Throws a {@link CommandError} after the last chunk when tar
 * stumbled; a file that shrinks or vanishes while it is read is no reason to stop.
 */
export async function* createTar(
  folder: TarFolder,
  names: readonly string[],
  args: readonly string[] = [],
): AsyncGenerator<Buffer> {
  const child = startTar(folder, [
    "--create",
    "--format=posix",
    "--pax-option=delete=atime,delete=ctime",
    ...faithful,
    "--sort=name",
    "--warning=no-file-changed",
    "--warning=no-file-removed",
    "--warning=no-file-ignored",
    "--warning=no-file-shrank",
    ...args,
    "--null",
    "--verbatim-files-from",
    "--files-from=-",
  ]);
  const ended = endOf(child, [0, 1]);
  ended.catch(() => {});
  child.stdin.on("error", () => {});
  child.stdin.end(Buffer.from(names.map((name) => `${name}\u0000`).join(""), "latin1"));
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    await ended;
  } finally {
    child.kill("SIGKILL");
  }
}

type TarProcess = ChildProcess & {
  readonly stdin: NonNullable<ChildProcess["stdin"]>;
  readonly stdout: NonNullable<ChildProcess["stdout"]>;
  readonly stderr: NonNullable<ChildProcess["stderr"]>;
};

function startTar(folder: TarFolder, args: readonly string[]): TarProcess {
  const [place, inherited] = typeof folder === "string" ? [folder, []] : ["/proc/self/fd/3", [folder.fd]];
  return spawn(shell[0], [...shell[1], `--directory=${place}`, ...args], {
    stdio: ["pipe", "pipe", "pipe", ...inherited],
    env: environment,
  }) as TarProcess;
}

async function endOf(child: TarProcess, fine: readonly number[] = [0]): Promise<void> {
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < mostStderr) stderr += chunk.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("error", (cause) => reject(new CommandError("tar", { exitCode: undefined, stderr, cause })));
  child.on("close", (code, killedBy) => {
    if (code !== null && fine.includes(code)) return resolve();
    const cause = killedBy === null ? undefined : new Error(`killed by ${killedBy}`);
    reject(new CommandError("tar", { exitCode: code ?? undefined, stderr, cause }));
  });
  await promise;
}
