import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { ContainerSummary } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { runCommand } from "../execute/hook.ts";
import { tarEnd, tarHeader } from "../execute/tar.ts";
import { toContainer } from "../observe/observed.ts";
import { imageOwner } from "../plan/names.ts";
import { commandOf } from "../plan/write/hooks.ts";
import type { Content, Replica, Workshop } from "../watch/workshop.ts";
import { build } from "./build.ts";
import { type ArchiveEntry, readTar } from "./copy/read-tar.ts";
import { checkExecution } from "./execution-error.ts";
import { pruneImages } from "./prune-images.ts";
import { restart } from "./restart.ts";
import { findContainers } from "./select-containers.ts";
import { up, type UpOptions } from "./up.ts";

/** How watching deals with a project. */
export interface WorkshopOptions {
  readonly up: UpOptions;
  readonly prunes: boolean;
  /** From then on no command is waited for. */
  readonly signal: AbortSignal;
}

/** What watching does to a project on an engine; `prunes`: what a rebuild takes the name from is removed. */
export function openWorkshop(
  project: Project,
  { up: options, prunes, signal }: WorkshopOptions,
  context: Context,
): Workshop {
  const { engine } = context;
  const subject = { name: project.name, project };
  return {
    async replicas(service) {
      const rows = await findContainers(engine, subject, [service]);
      return rows.filter(({ State }) => State === "running").map(toReplica);
    },
    contents: (replica, path) => readContents(engine, replica, path),
    read: (replica, path) => readOne(engine, replica, path),
    // At the root: elsewhere the engine refuses links that lead out of the folder.
    unpack: (replica, archive) => engine.uploadArchive(replica.id, "/", archive),
    async remove(replica, paths) {
      for (const some of inPortions(paths)) await removePaths(engine, replica, some);
    },
    async rebuild(service) {
      const { environment = {} } = options;
      checkExecution(await build(project, { environment, services: [service] }, context));
      const changes = { ...options, services: [service], recreate: "force", build: "never" } as const;
      checkExecution(await up(project, changes, context));
      if (prunes) checkExecution(await pruneImages(imageOwner(project), context));
    },
    async restart(service) {
      checkExecution(await restart(subject, { services: [service] }, context));
    },
    exec: (replica, service, hook) =>
      runCommand(engine, replica.id, commandOf(hook), { title: `${service}: watch command`, signal }),
  };
}

function toReplica(row: ContainerSummary): Replica {
  const bound = (row.Mounts ?? []).filter(({ Type }) => Type === "bind");
  return { id: row.Id, name: toContainer(row).name, boundFolders: bound.map(({ Destination }) => Destination) };
}

/** Reads the archive of a path: works in every container, whatever programs it has. */
async function readContents(
  engine: Engine,
  { id }: Replica,
  path: string,
): Promise<ReadonlyMap<string, Content> | undefined> {
  const status = await engine.statPath(id, path);
  if (status === undefined) return undefined;
  // A folder is asked for with a dot at its end, which follows links: the names in the archive then begin with that dot.
  const isFile = !status.isDirectory && status.linkTarget === undefined;
  const contents = new Map<string, Content>();
  for await (const entry of readTar(await engine.downloadArchive(id, isFile ? path : `${path}/.`))) {
    contents.set(isFile ? "" : posix.relative(".", entry.path), await contentOf(entry));
  }
  return contents;
}

/** No file that is read whole is larger: what a container keeps for us is its own to change. */
const mostBytes = 1 << 26;

async function readOne(engine: Engine, { id }: Replica, path: string): Promise<Uint8Array | undefined> {
  if ((await engine.statPath(id, path)) === undefined) return undefined;
  for await (const { kind, content } of readTar(await engine.downloadArchive(id, path))) {
    if (kind !== "file") return undefined;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of content) {
      bytes += chunk.length;
      if (bytes > mostBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
  return undefined;
}

async function contentOf(entry: ArchiveEntry): Promise<Content> {
  const mode = entry.mode & 0o7777;
  if (entry.kind === "directory") return { kind: "directory", mode };
  if (entry.kind === "symlink") return { kind: "symlink", linkTarget: entry.linkTarget };
  if (entry.kind !== "file") return { kind: "other" };
  const hash = createHash("sha256");
  for await (const chunk of entry.content) hash.update(chunk);
  return { kind: "file", mode, sha256: hash.digest("hex") };
}

/** By the container's own `rm`, which takes them all at once; where it has none, or that fails, by way of archives. */
async function removePaths(engine: Engine, replica: Replica, paths: readonly string[]): Promise<void> {
  const command = ["rm", "-rf", "--", ...paths];
  try {
    await runCommand(
      engine,
      replica.id,
      { command, user: "0", environment: [] },
      { title: `${replica.name}: removing files with` },
    );
  } catch (cause) {
    if (!(cause instanceof TscomposeError)) throw cause;
    for (const path of paths) await removeByArchive(engine, replica, path, cause);
  }
}

/**
 * What is to be unpacked takes the place of what is there: engines remove that first. A hard link to what does not exist
 * cannot be made then, so that nothing is in its place. Docker from 20.10 on and our own engine do so.
 */
async function removeByArchive(engine: Engine, { id }: Replica, path: string, before: TscomposeError): Promise<void> {
  const isThere = async (): Promise<boolean> => (await engine.statPath(id, path)) !== undefined;
  if (!(await isThere())) return;
  const about = { path: path.slice(1), mode: 0, uid: 0, gid: 0, sizeBytes: 0, mtimeSeconds: 0 };
  const link = tarHeader({ ...about, kind: "link", linkTarget: ".tscompose/nothing" });
  await engine.uploadArchive(id, "/", Buffer.concat([link, tarEnd])).catch((error: unknown) => {
    if (!(error instanceof TscomposeError)) throw error;
  });
  if (!(await isThere())) return;
  const { code, message } = before;
  const hint = "files are removed by the container's own rm: does its image have one?";
  throw new TscomposeError({ code, message, hint, cause: before });
}

/** The kernel takes 128 KiB in one argument and some megabytes in all: execve(2). */
const mostPathsAtOnce = 500;

function inPortions(paths: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(paths.length / mostPathsAtOnce);
  return Array.from({ length: count }, (_, index) =>
    paths.slice(index * mostPathsAtOnce, (index + 1) * mostPathsAtOnce),
  );
}
