import { lstat, mkdtemp, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, posix, resolve } from "node:path";
import type { Context } from "../context.ts";
import type { Engine, PathStatus } from "../engine/engine.ts";
import { TscomposeError, UsageError } from "../errors.ts";
import { toContainer } from "../observe/observed.ts";
import { pack } from "./copy/pack.ts";
import { unpack } from "./copy/unpack.ts";
import { findContainers, findReplica, type Replica, type Subject } from "./select-containers.ts";

/** One end of a copy: in the containers of a service, on this machine, or an archive on a stream. */
export type CopyEnd =
  | { readonly kind: "service"; readonly service: string; readonly path: string }
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "stream" };

/** What to copy, and how. */
export interface CopyOptions {
  readonly from: CopyEnd;
  readonly to: CopyEnd;
  /** Number of the replica; absent: from the lowest, or to all. */
  readonly index?: number;
  /** To one-offs, too. */
  readonly all?: boolean;
  /** On the way out files keep their owners; on the way in they go to the container's user, if it has one. */
  readonly archive?: boolean;
  readonly followLink?: boolean;
  /** Where relative paths of this machine start. */
  readonly directory: string;
}

/** What copying needs of the world beside the usual: the streams that `-` stands for. */
export interface CopyContext extends Context {
  readonly input: () => AsyncIterable<Uint8Array>;
  readonly output: (bytes: Uint8Array) => void;
  readonly warn: (message: string) => void;
}

/** Reads `SERVICE:PATH`, `PATH` or `-`; a path with a colon can be written `./a:b`. */
export function parseCopyEnd(text: string): CopyEnd {
  if (text === "-") return { kind: "stream" };
  const [, service, path] = /^([^:]+):(.*)$/s.exec(text) ?? [];
  if (service === undefined || path === undefined || /^[./]/.test(text)) return { kind: "local", path: text };
  return { kind: "service", service, path };
}

/** Copies files into the containers of a service, or out of one; resolves with the names of the containers. */
export async function cp(subject: Subject, options: CopyOptions, context: CopyContext): Promise<readonly string[]> {
  const { from, to } = options;
  if (from.kind === "service" && to.kind === "service") return copyAcross(subject, from, to, options, context);
  if (from.kind === "service") return [await copyOut(subject, from, options, context)];
  if (to.kind === "service") return copyIn(subject, to, options, context);
  throw new UsageError("one end of a copy must be in a service", "tscompose cp web:/etc/hosts .");
}

type ServiceEnd = Extract<CopyEnd, { kind: "service" }>;

/** By way of a folder that only we can read, and that is gone afterwards. */
async function copyAcross(
  subject: Subject,
  from: ServiceEnd,
  to: ServiceEnd,
  options: CopyOptions,
  context: CopyContext,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "tscompose-cp-"));
  try {
    const { index: _, ...others } = options; // the number is of a replica that receives
    await copyOut(subject, from, { ...others, to: { kind: "local", path: folder } }, context);
    const copied = from.path.endsWith("/.") ? join(folder, "/") + "." : join(folder, posix.basename(from.path));
    return await copyIn(subject, to, { ...options, from: { kind: "local", path: copied } }, context);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyOut(
  subject: Subject,
  { service, path }: ServiceEnd,
  { to, index, archive = false, followLink = false, directory }: CopyOptions,
  { engine, signal, output, warn }: CopyContext,
): Promise<string> {
  const which = { service, mustRun: false, ...(index === undefined ? {} : { index }) };
  const { id, name } = await findReplica(engine, subject, which);
  const found = await statInside(engine, id, absolute(path), followLink);
  if (found.status === undefined) throw noSuchPath(`${service}:${path}`);
  const tar = await engine.downloadArchive(id, found.path, { signal });
  if (to.kind !== "local") {
    for await (const bytes of tar) output(bytes);
    return name;
  }
  const target = await placeHere(to.path, directory, { path: found.path, isDirectory: found.status.isDirectory });
  await unpack(tar, { target, isContents: meansContents(found.path), keepOwners: archive, warn });
  return name;
}

async function copyIn(
  subject: Subject,
  { service, path }: ServiceEnd,
  options: CopyOptions,
  context: CopyContext,
): Promise<readonly string[]> {
  const { all = false, index } = options;
  const containers = (await findContainers(context.engine, subject, [service])).map(toContainer);
  const wanted = containers.filter(({ isOneOff, number }) =>
    index === undefined ? all || !isOneOff : !isOneOff && number === index,
  );
  if (wanted.length === 0) {
    const which = index === undefined ? "no container" : `no container #${index}`;
    throw new TscomposeError({
      code: "not-found",
      message: `service "${service}" has ${which}`,
      hint: `make one with: tscompose up -d ${service}`,
    });
  }
  const input = options.from.kind === "stream" && wanted.length > 1 ? await repeatable(context.input()) : context.input;
  const within = { ...context, input };
  await Promise.all(wanted.map((container) => upload(container, absolute(path), options, within)));
  return wanted.map(({ name }) => name);
}

/** A stream can be read once only: for several containers it must be kept. */
async function repeatable(input: AsyncIterable<Uint8Array>): Promise<() => AsyncIterable<Uint8Array>> {
  const chunks = await Array.fromAsync(input);
  return async function* () {
    yield* chunks;
  };
}

async function upload(
  { id, name }: Replica,
  wanted: string,
  { from, archive = false, followLink = false, directory }: CopyOptions,
  { engine, signal, input }: CopyContext,
): Promise<void> {
  const { path, status } = await statInside(engine, id, wanted, true);
  const how = { givesToUser: archive, keepKinds: true, signal };
  if (from.kind !== "local") {
    if (status?.isDirectory !== true) throw new UsageError(`${name}:${wanted} is no directory to unpack an archive in`);
    return engine.uploadArchive(id, path, input(), how);
  }
  const source = resolve(directory, from.path);
  const stats = await (followLink ? stat : lstat)(source).catch(() => undefined);
  if (stats === undefined) throw noSuchPath(from.path);
  const into = placeInside({ path, status, isOpen: wanted.endsWith("/") }, from.path, source, stats.isDirectory());
  return engine.uploadArchive(id, into.directory, pack({ path: source, root: into.root, followLink }), how);
}

/** As `cp -r` does: into a directory that is there, under its own name; else under the new name. */
function placeInside(
  at: { readonly path: string; readonly status: PathStatus | undefined; readonly isOpen: boolean },
  asked: string,
  source: string,
  isDirectory: boolean,
): { readonly directory: string; readonly root: string } {
  const { path, status, isOpen } = at;
  if (status?.isDirectory === true) {
    return { directory: path, root: isDirectory && meansContents(asked) ? "." : basename(source) };
  }
  if (status !== undefined && isDirectory) throw new UsageError(`cannot copy a directory over the file ${path}`);
  if (status === undefined && isOpen && !isDirectory) throw noSuchPath(path);
  return { directory: posix.dirname(path), root: posix.basename(path) };
}

/** A link that the user names and that leads to a directory is meant; one in the place of a file is replaced. */
async function placeHere(
  asked: string,
  directory: string,
  source: { readonly path: string; readonly isDirectory: boolean },
): Promise<string> {
  const path = resolve(directory, asked);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isDirectory() === true) {
    const real = await realpath(path);
    return meansContents(source.path) ? real : join(real, posix.basename(source.path));
  }
  if (stats !== undefined && source.isDirectory) throw new UsageError(`cannot copy a directory over the file ${asked}`);
  if (stats !== undefined) return path;
  const parent = await stat(dirname(path)).catch(() => undefined);
  if (parent?.isDirectory() !== true || (asked.endsWith("/") && !source.isDirectory)) throw noSuchPath(asked);
  return path;
}

/** `dir/.` is what is in it, without the directory itself; so is the root. */
function meansContents(path: string): boolean {
  return /(^|\/)\.?$/.test(path) && (path.endsWith(".") || /^\/+$/.test(path));
}

async function statInside(
  engine: Engine,
  id: string,
  wanted: string,
  followLink: boolean,
): Promise<{ readonly path: string; readonly status: PathStatus | undefined }> {
  let path = wanted;
  for (let links = 0; links < 40; links++) {
    const status = await engine.statPath(id, path);
    if (status?.linkTarget === undefined || !followLink) return { path, status };
    path = posix.resolve(posix.dirname(path), status.linkTarget);
  }
  throw new UsageError(`${wanted}: too many links`);
}

/** Containers have no working directory for us: paths start at the root. */
function absolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

function noSuchPath(path: string): TscomposeError {
  return new TscomposeError({ code: "not-found", message: `no such file or directory: ${path}` });
}
