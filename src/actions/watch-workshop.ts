import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import type { ContainerSummary } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import { runCommand } from "../execute/hook.ts";
import { toContainer } from "../observe/observed.ts";
import { commandOf } from "../plan/write/hooks.ts";
import type { Content, Replica, Workshop } from "../watch/workshop.ts";
import { build } from "./build.ts";
import { type ArchiveEntry, readTar } from "./copy/read-tar.ts";
import { checkExecution } from "./execution-error.ts";
import { pruneImages } from "./prune-images.ts";
import { restart } from "./restart.ts";
import { findContainers } from "./select-containers.ts";
import { up, type UpOptions } from "./up.ts";

/** What watching does to a project on an engine; `prunes`: what a rebuild takes the name from is removed. */
export function openWorkshop(
  project: Project,
  { up: options, prunes }: { readonly up: UpOptions; readonly prunes: boolean },
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
      if (prunes) checkExecution(await pruneImages(project.name, context));
    },
    async restart(service) {
      checkExecution(await restart(subject, { services: [service] }, context));
    },
    exec: (replica, service, hook) => runCommand(engine, replica.id, commandOf(hook), `${service}: watch command`),
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

async function contentOf(entry: ArchiveEntry): Promise<Content> {
  const mode = entry.mode & 0o7777;
  if (entry.kind === "directory") return { kind: "directory", mode };
  if (entry.kind === "symlink") return { kind: "symlink", linkTarget: entry.linkTarget };
  if (entry.kind !== "file") return { kind: "other" };
  const hash = createHash("sha256");
  for await (const chunk of entry.content) hash.update(chunk);
  return { kind: "file", mode, sha256: hash.digest("hex") };
}

async function removePaths(engine: Engine, { id, name }: Replica, paths: readonly string[]): Promise<void> {
  const command = ["rm", "-rf", "--", ...paths];
  try {
    await runCommand(engine, id, { command, user: "0", environment: [] }, `${name}: removing files with`);
  } catch (cause) {
    if (!(cause instanceof TscomposeError)) throw cause;
    throw new TscomposeError({
      code: cause.code,
      message: cause.message,
      hint: "files are removed by the container's own rm: does its image have one?",
      cause,
    });
  }
}

/** The kernel takes 128 KiB in one argument and some megabytes in all: execve(2). */
const mostPathsAtOnce = 500;

function inPortions(paths: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(paths.length / mostPathsAtOnce);
  return Array.from({ length: count }, (_, index) =>
    paths.slice(index * mostPathsAtOnce, (index + 1) * mostPathsAtOnce),
  );
}
