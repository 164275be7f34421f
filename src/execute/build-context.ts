import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { TscomposeError } from "../errors.ts";
import type { Build } from "../compose/project.ts";
import { IgnorePatterns } from "./ignore-patterns.ts";
import { tarEnd, tarFile, tarHeader, tarPadding, type TarEntry } from "./tar.ts";

/** What the builder is sent: an archive as it is read, and the name of the Dockerfile in it. */
export interface BuildContext {
  readonly dockerfile: string;
  readonly archive: AsyncIterable<Uint8Array>;
}

/** Opens the context of a build: the directory without what `.dockerignore` leaves out, and the Dockerfile in any case. */
export async function openBuildContext(build: Build, at: string): Promise<BuildContext> {
  const root = build.context ?? ".";
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@/.test(root)) {
    throw new TscomposeError({
      code: "unsupported",
      message: `${at}.context: only directories can be sent, got "${root}"`,
    });
  }
  if (!(await isDirectory(root))) {
    throw new TscomposeError({ code: "not-found", message: `${at}.context: no such directory "${root}"` });
  }
  const dockerfile = await findDockerfile(root, build, at);
  const ignored = await readIgnorePatterns(root, dockerfile.path);
  return { dockerfile: dockerfile.name, archive: archiveOf(root, ignored, dockerfile) };
}

interface Dockerfile {
  /** Name in the archive. */
  readonly name: string;
  /** Path on this machine, where it has one. */
  readonly path?: string;
  /** Sent under its name when it is not part of the directory. */
  readonly content?: Uint8Array;
}

async function findDockerfile(root: string, build: Build, at: string): Promise<Dockerfile> {
  if (build.dockerfileInline !== undefined) return besideContext(Buffer.from(build.dockerfileInline));
  const path = resolve(root, build.dockerfile ?? "Dockerfile");
  const inside = relative(root, path);
  const content = await readFile(path).catch((cause: unknown) => {
    throw new TscomposeError({ code: "not-found", message: `${at}.dockerfile: cannot read "${path}"`, cause });
  });
  if (inside.startsWith("..") || isAbsolute(inside)) return { ...besideContext(content), path };
  return { name: inside.split("\\").join("/"), path };
}

/** A Dockerfile that is not in the directory gets a name that no file there has. */
function besideContext(content: Uint8Array): Dockerfile {
  const name = `.dockerfile.${createHash("sha256").update(content).digest("hex").slice(0, 20)}`;
  return { name, content };
}

/** A Dockerfile may have an ignore file of its own, beside it; else the directory's counts. */
async function readIgnorePatterns(root: string, dockerfile: string | undefined): Promise<IgnorePatterns> {
  const paths = [...(dockerfile === undefined ? [] : [`${dockerfile}.dockerignore`]), join(root, ".dockerignore")];
  for (const path of paths) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text !== undefined) return new IgnorePatterns(text);
  }
  return new IgnorePatterns("");
}

async function* archiveOf(root: string, ignored: IgnorePatterns, dockerfile: Dockerfile): AsyncIterable<Uint8Array> {
  if (dockerfile.content !== undefined) yield* packContent(dockerfile.name, dockerfile.content);
  yield* packDirectory(root, "", { ignored, keep: dockerfile.content === undefined ? dockerfile.name : undefined });
  yield tarEnd;
}

interface Rules {
  readonly ignored: IgnorePatterns;
  /** Sent though a pattern leaves it out: the builder needs it. */
  readonly keep: string | undefined;
}

async function* packDirectory(root: string, directory: string, rules: Rules): AsyncIterable<Uint8Array> {
  const names = await readdir(join(root, directory));
  for (const name of names.sort()) {
    const path = directory === "" ? name : `${directory}/${name}`;
    const isWanted = path === rules.keep || !rules.ignored.ignores(path);
    const stats = await lstat(join(root, path));
    if (isWanted) yield* packEntry(root, path, stats);
    if (!stats.isDirectory()) continue;
    const mayHoldWanted =
      isWanted || rules.keep?.startsWith(`${path}/`) === true || !rules.ignored.ignoresAllBelow(path);
    if (mayHoldWanted) yield* packDirectory(root, path, rules);
  }
}

async function* packEntry(root: string, path: string, stats: Stats): AsyncIterable<Uint8Array> {
  const full = join(root, path);
  // Whose files these are on this machine is nobody's business in the image, and would spoil the cache.
  const about = { mode: stats.mode & 0o7777, uid: 0, gid: 0, mtimeSeconds: stats.mtimeMs / 1000 };
  if (stats.isDirectory()) {
    yield tarHeader({ ...about, path: `${path}/`, kind: "directory", sizeBytes: 0 });
  } else if (stats.isSymbolicLink()) {
    yield tarHeader({ ...about, path, kind: "symlink", sizeBytes: 0, linkTarget: await readlink(full) });
  } else if (stats.isFile()) {
    yield* packFile(full, { ...about, path, kind: "file", sizeBytes: stats.size });
  }
}

/** Small files go out in one piece, large ones as they are read. */
const largeBytes = 1 << 20;

/** A file as it goes into an archive: header, content and padding. */
export async function* packFile(full: string, entry: TarEntry): AsyncIterable<Uint8Array> {
  if (entry.sizeBytes < largeBytes) {
    const content = await readFile(full);
    // The header must say what follows, also of a file that grew since it was looked at.
    yield tarFile({ ...entry, sizeBytes: content.length }, content);
    return;
  }
  yield tarHeader(entry);
  let left = entry.sizeBytes;
  for await (const chunk of createReadStream(full, { end: entry.sizeBytes - 1 }) as AsyncIterable<Buffer>) {
    left -= chunk.length;
    yield chunk;
  }
  if (left > 0) throw new TscomposeError({ code: "operation-failed", message: `${full}: shrank while it was read` });
  yield tarPadding(entry.sizeBytes);
}

function* packContent(path: string, content: Uint8Array): Iterable<Uint8Array> {
  yield tarFile(
    { path, kind: "file", mode: 0o644, uid: 0, gid: 0, sizeBytes: content.length, mtimeSeconds: 0 },
    content,
  );
}

async function isDirectory(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return (
    stats?.isDirectory() === true ||
    (stats?.isSymbolicLink() === true && (await readdir(path).catch(() => undefined)) !== undefined)
  );
}
