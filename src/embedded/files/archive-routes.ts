import { HttpError, badRequest } from "../api/http-error.ts";
import { isSet } from "../api/query.ts";
import type { ApiReply, ApiRequest, Route } from "../api/route.ts";
import type { ContainerDocument } from "../containers/container.ts";
import type { Containers } from "../containers/containers.ts";
import { PathError } from "../host/in-root.ts";
import { readLayeredFile } from "../host/layered-file.ts";
import { decompressed } from "../images/layers/decompress.ts";
import { CommandError } from "../host/run.ts";
import { resolveUser } from "../runtime/users.ts";
import { TarError } from "../tar/entry.ts";
import { readTar } from "../tar/read-tar.ts";
import { type ContainerRoot, type RootParts, openRoot, withWritableRoot } from "./container-root.ts";
import { extractInRoot } from "./extract.ts";
import { isGone, openSource, packSource } from "./pack.ts";
import { askedPlace, baseName, missing, pathStatHeader } from "./path-stat.ts";

/** What copying into and out of containers takes. */
export interface ArchiveParts extends RootParts {
  readonly containers: Pick<Containers, "get" | "publish">;
}

/** `/containers/{id}/archive`: `docker cp`, and how compose brings configs and secrets. */
export function archiveRoutes(parts: ArchiveParts): readonly Route[] {
  const path = "/containers/{id}/archive";
  return [
    { method: "HEAD", path, handle: (request) => stat(parts, request) },
    { method: "GET", path, handle: (request) => get(parts, request) },
    { method: "PUT", path, handle: (request) => put(parts, request) },
  ];
}

async function stat(parts: ArchiveParts, { params, query }: ApiRequest): Promise<ApiReply> {
  const [container, asked] = [parts.containers.get(params["id"] ?? ""), query.get("path") ?? ""];
  await using opened = await openRoot(parts, container);
  await using place = await askedPlace(opened.root, asked, params["id"] ?? "");
  return { kind: "empty", status: 200, headers: await pathStatHeader(opened.root, place, asked) };
}

async function get(parts: ArchiveParts, { params, query }: ApiRequest): Promise<ApiReply> {
  const [container, asked] = [parts.containers.get(params["id"] ?? ""), query.get("path") ?? ""];
  await using held = new AsyncDisposableStack();
  const opened = held.use(await openRoot(parts, container));
  const place = held.use(await askedPlace(opened.root, asked, params["id"] ?? ""));
  const headers = await pathStatHeader(opened.root, place, asked);
  const source = await openSource(place).catch((error: unknown) => {
    throw isGone(error) ? missing(asked, params["id"] ?? "") : error;
  });
  held.use(source.folder);
  parts.containers.publish(container, "archive-path");
  const name = Buffer.from(baseName(asked)).toString("latin1");
  const archive = packSource(opened, source, name === "." ? "" : name);
  return { kind: "stream", contentType: "application/x-tar", headers, body: holding(archive, held.move()) };
}

async function* holding(archive: AsyncGenerator<Buffer>, held: AsyncDisposableStack): AsyncGenerator<Buffer> {
  await using _ = held;
  yield* archive;
}

async function put(parts: ArchiveParts, { params, query, body }: ApiRequest): Promise<ApiReply> {
  const [container, asked] = [parts.containers.get(params["id"] ?? ""), query.get("path") ?? ""];
  await withWritableRoot(parts, container.id, async (opened) => {
    await using place = await askedPlace(opened.root, asked.replace(/\/*$/, "/"), params["id"] ?? "");
    refuseReadOnly(container, opened, Buffer.from(place.path, "latin1").toString());
    const wish = {
      root: opened.root,
      mountPoints: opened.mountPoints,
      path: place.path,
      keepsKinds: isSet(query, "noOverwriteDirNonDir"),
      ...(isSet(query, "copyUIDGID") ? { owner: ownerOf(parts, container) } : {}),
    };
    await extractInRoot(wish, readTar(decompressed(body))).catch((error: unknown) => {
      throw refusalOf(error, container);
    });
  });
  parts.containers.publish(container, "extract-to-dir");
  return { kind: "empty", status: 200 };
}

/** The layers of a container that does not run can be written to here: what it may not write itself nobody writes for it. */
function refuseReadOnly({ hostConfig }: ContainerDocument, { mountPoints }: ContainerRoot, path: string): void {
  const isMounted = mountPoints.some((point) => path === point || path.startsWith(`${point}/`));
  if (hostConfig.ReadonlyRootfs === true && !isMounted) throw readOnly("container rootfs is marked read-only");
}

function readOnly(what: string): HttpError {
  return new HttpError(403, what);
}

function ownerOf({ paths }: ArchiveParts, { id, config, image }: ContainerDocument): { uid: number; gid: number } {
  const layers = [paths.container(id).upper, ...image.lowerDirs];
  const { uid, gid } = resolveUser(config.User ?? "", [], {
    passwd: readLayeredFile(layers, "/etc/passwd") ?? "",
    group: readLayeredFile(layers, "/etc/group") ?? "",
  });
  return { uid, gid };
}

/** What the archive or the container makes impossible is the client's to know; all else is a fault. */
function refusalOf(error: unknown, container: ContainerDocument): unknown {
  if (error instanceof TarError || error instanceof PathError) return badRequest(error.message);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EROFS") return readOnly(`what is mounted there in container ${container.name} is marked read-only`);
  if (code === "ENOTDIR" || code === "EISDIR" || code === "ENOENT" || code === "EEXIST" || code === "ELOOP") {
    return badRequest(`the archive does not fit: ${(error as Error).message.replace(/'\/proc\/self\/fd\/\d+/g, "'…")}`);
  }
  // Pipes and devices are made by tar: the container may take the folder away under it.
  if (error instanceof CommandError && /: (No such file or directory|Not a directory|File exists)/.test(error.stderr)) {
    return badRequest(`the archive does not fit: ${error.message}`);
  }
  return error;
}
