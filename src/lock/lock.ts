import { isJsonObject, type JsonObject, readJsonObject } from "../docker-api/json-object.ts";
import { TscomposeError } from "../errors.ts";

/** What the names in compose files stood for when they were locked. */
export interface Lock {
  /** By the whole name of an image, `docker.io/library/nginx:1.27`. */
  readonly images: Readonly<Record<string, LockedImage>>;
  /** By a git reference as the files have it: the commit. */
  readonly git: Readonly<Record<string, string>>;
}

/** What a registry had under a name. */
export interface LockedImage {
  /** Of the image, or of the list of its platforms: that pins the image of each. */
  readonly digest: string;
  /**
   * By `linux/arm64`: the digest of the image for it. Those of the registry, not of the machine that locked: a lock is the
   * same wherever it was made. Absent where nobody could tell, and in locks of old.
   */
  readonly platforms?: Readonly<Record<string, string>>;
}

/** Of the file's form; a newer one is not guessed at. In version 1 an image was its digest alone. */
const version = 2;
const oldVersion = 1;

/** Writes a lock: sorted, so that a change is a line of a diff. */
export function printLock({ images, git }: Lock): string {
  const printed = Object.entries(images).map(([name, { digest, platforms }]) => [
    name,
    { digest, ...(platforms && { platforms: sorted(platforms) }) },
  ]);
  const all = { version, images: sorted(Object.fromEntries(printed)), git: sorted(git) };
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

/** Reads a lock, also one of version 1. Throws `invalid-project` with the path for anything else. */
export function parseLock(text: string, path: string): Lock {
  const value = readJsonObject(text);
  if (typeof value === "string") throw invalid(path, value);
  const isOld = value["version"] === oldVersion;
  if (!isOld && value["version"] !== version) {
    const hint = "make it anew: tscompose lock; or update tscompose";
    throw invalid(path, `expected version ${version}, got ${JSON.stringify(value["version"])}`, hint);
  }
  refuseUnknown(value, ["$schema", "version", "images", "git"], { path });
  return {
    images: mapped(value["images"] ?? {}, { path, key: "images" }, isOld ? oldImage : image),
    git: mapped(value["git"] ?? {}, { path, key: "git" }, commit),
  };
}

/** Where in the file something is. */
interface Place {
  readonly path: string;
  readonly key?: string;
}

function image(value: unknown, place: Place): LockedImage {
  if (!isJsonObject(value)) throw expected("an object", value, place);
  refuseUnknown(value, ["digest", "platforms"], place);
  const { platforms } = value;
  return {
    digest: digest(value["digest"], below(place, "digest")),
    ...(platforms !== undefined && { platforms: mapped(platforms, below(place, "platforms"), digest) }),
  };
}

function oldImage(value: unknown, place: Place): LockedImage {
  return { digest: digest(value, place) };
}

function digest(value: unknown, place: Place): string {
  if (typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value)) return value;
  throw expected("a digest", value, place);
}

function commit(value: unknown, place: Place): string {
  if (typeof value === "string" && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value)) return value;
  throw expected("a commit", value, place);
}

function mapped<Result>(
  value: unknown,
  place: Place,
  read: (value: unknown, place: Place) => Result,
): Readonly<Record<string, Result>> {
  if (!isJsonObject(value)) throw expected("an object", value, place);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, read(each, below(place, key))]));
}

function refuseUnknown(value: JsonObject, known: readonly string[], place: Place): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw invalid(place.path, `${prefix(place)}unknown key ${JSON.stringify(unknown)}`);
}

function below({ path, key }: Place, name: string): Place {
  return { path, key: key === undefined ? name : `${key}.${name}` };
}

function prefix({ key }: Place): string {
  return key === undefined ? "" : `${key}: `;
}

function expected(what: string, value: unknown, place: Place): TscomposeError {
  const told = value === undefined ? "nothing" : JSON.stringify(value);
  return invalid(place.path, `${prefix(place)}expected ${what}, got ${told}`);
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function invalid(path: string, what: string, hint = "make it anew: tscompose lock"): TscomposeError {
  return new TscomposeError({ code: "invalid-project", message: `${path}: ${what}`, hint });
}
