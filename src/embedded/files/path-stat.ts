import type { BigIntStats } from "node:fs";
import { readlink } from "node:fs/promises";
import { HttpError, badRequest, notFound } from "../api/http-error.ts";
import { type InRoot, PathError, type Place, pathBytes } from "../host/in-root.ts";

/** What `docker cp` wants to know of a path before it copies, as the header tells it. */
interface PathStat {
  readonly name: string;
  readonly size: number;
  /** In the bits of Go's `os.FileMode`. */
  readonly mode: number;
  readonly mtime: string;
  /** Where a link leads to in the end, from the root. */
  readonly linkTarget: string;
}

/** The header's value. */
export async function pathStatHeader(root: InRoot, place: Place, asked: string): Promise<Record<string, string>> {
  const { status } = place;
  if (status === undefined) throw new Error("no status of what is not there");
  const stat: PathStat = {
    name: baseName(asked),
    size: Number(status.size),
    mode: goMode(status),
    mtime: new Date(Number(status.mtimeMs)).toISOString(),
    linkTarget: status.isSymbolicLink() ? await linkTarget(root, place) : "",
  };
  return { "X-Docker-Container-Path-Stat": Buffer.from(JSON.stringify(stat)).toString("base64") };
}

/** Finds what a request names. Throws 404 when it is not there, 400 when it ends in a slash and is no folder. */
export async function askedPlace(root: InRoot, asked: string, container: string): Promise<Place> {
  if (asked === "") throw badRequest("missing parameter: path");
  const wantsFolder = /(^|\/)\.{0,2}$/.test(asked);
  const place = await root.find(pathBytes(asked), { followsLast: wantsFolder }).catch((error: unknown) => {
    if (error instanceof PathError && error.code !== "ELOOP") throw missing(asked, container);
    throw error instanceof PathError ? badRequest(error.message) : error;
  });
  try {
    if (place.status === undefined) throw missing(asked, container);
    if (wantsFolder && !place.status.isDirectory()) throw new HttpError(400, `${asked}: not a directory`);
    return place;
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

/** The last part, as Go's filepath.Base: `.` of a path that ends in `/.`. */
export function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** `os.FileMode` of Go: permissions as they are, all else in bits of its own. */
export function goMode(status: BigIntStats): number {
  const bits: readonly (readonly [boolean, number])[] = [
    [status.isDirectory(), 31],
    [status.isSymbolicLink(), 27],
    [status.isBlockDevice() || status.isCharacterDevice(), 26],
    [status.isFIFO(), 25],
    [status.isSocket(), 24],
    [(status.mode & 0o4000n) !== 0n, 23],
    [(status.mode & 0o2000n) !== 0n, 22],
    [status.isCharacterDevice(), 21],
    [(status.mode & 0o1000n) !== 0n, 20],
  ];
  return bits.reduce((mode, [isSet, bit]) => (isSet ? mode + 2 ** bit : mode), Number(status.mode & 0o777n));
}

async function linkTarget(root: InRoot, place: Place): Promise<string> {
  try {
    await using target = await root.find(place.path, { followsLast: true });
    return Buffer.from(target.path, "latin1").toString();
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    return readlink(place.hostPath);
  }
}

/** 404 in Docker's words. */
export function missing(asked: string, container: string): HttpError {
  return notFound(`Could not find the file ${asked} in container ${container}`);
}
