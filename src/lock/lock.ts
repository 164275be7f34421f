import { TscomposeError } from "../errors.ts";

/** What the names in compose files stood for when they were locked. */
export interface Lock {
  /**
   * By the whole name of an image, `docker.io/library/nginx:1.27`: the digest under which its registry has it. Where that
   * is a list of platforms, it pins the image of each.
   */
  readonly images: Readonly<Record<string, string>>;
  /** By a git reference as the files have it: the commit. */
  readonly git: Readonly<Record<string, string>>;
}

/** Of the file's form; a newer one is not guessed at. */
const version = 1;

/** Writes a lock: sorted, so that a change is a line of a diff. */
export function printLock({ images, git }: Lock): string {
  return `${JSON.stringify({ version, images: sorted(images), git: sorted(git) }, undefined, 2)}\n`;
}

/** Reads a lock. Throws `invalid-project` with the path for anything else. */
export function parseLock(text: string, path: string): Lock {
  const value = parse(text, path);
  if (value["version"] !== version) {
    const hint = "make it anew: tscompose lock; or update tscompose";
    throw invalid(path, `expected version ${version}, got ${JSON.stringify(value["version"])}`, hint);
  }
  const unknown = Object.keys(value).find((key) => !["$schema", "version", "images", "git"].includes(key));
  if (unknown !== undefined) throw invalid(path, `unknown key ${JSON.stringify(unknown)}`);
  return {
    images: entries(value["images"] ?? {}, { path, key: "images", form: /^sha256:[0-9a-f]{64}$/, what: "digest" }),
    git: entries(value["git"] ?? {}, { path, key: "git", form: /^[0-9a-f]{40}([0-9a-f]{24})?$/, what: "commit" }),
  };
}

function parse(text: string, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalid(path, error.message);
  }
  throw invalid(path, "expected a JSON object");
}

interface Form {
  readonly path: string;
  readonly key: string;
  readonly form: RegExp;
  readonly what: string;
}

function entries(value: unknown, { path, key, form, what }: Form): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(path, `${key}: expected an object`);
  }
  const found = Object.entries(value);
  const wrong = found.find(([, pinned]) => typeof pinned !== "string" || !form.test(pinned));
  if (wrong !== undefined) {
    throw invalid(path, `${key}.${wrong[0]}: expected a ${what}, got ${JSON.stringify(wrong[1])}`);
  }
  return Object.fromEntries(found as [string, string][]);
}

function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function invalid(path: string, what: string, hint = "make it anew: tscompose lock"): TscomposeError {
  return new TscomposeError({ code: "invalid-project", message: `${path}: ${what}`, hint });
}
