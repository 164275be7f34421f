import { createHash } from "node:crypto";
import type { Fingerprint, Tree } from "./fingerprint.ts";
import type { WatchedRule } from "./rules.ts";

/** What was copied to a container: paths below a rule's target, and what lay there. */
export type CopyRecord = ReadonlyMap<string, Kind>;

type Kind = "file" | "directory" | "symlink";

const kinds: readonly Kind[] = ["file", "directory", "symlink"];

/**
 * Where a container keeps what a rule copied to it. Without that, nobody could tell later what was removed on this machine
 * from what the container has of its own. It is kept in the container as it is true of that one alone, and goes with it.
 */
export function recordPath({ root, rule }: Pick<WatchedRule, "root" | "rule">): string {
  const { target, action, include, ignore } = rule;
  const identity = JSON.stringify([root, target, action, include, ignore]);
  return `/.tscompose/watch/${createHash("sha256").update(identity).digest("hex").slice(0, 20)}.json`;
}

/**
 * What is known to be in a container, with what comes to it, to be kept there. The root's own folder is the image's
 * business.
 */
export function recordOf(...known: readonly Tree[]): CopyRecord {
  const record = new Map<string, Kind>();
  for (const tree of known) for (const [path, { kind }] of tree) if (isRecorded(path, kind)) record.set(path, kind);
  return record;
}

function isRecorded(path: string, kind: Fingerprint["kind"]): kind is Kind {
  return kind !== "doubtful" && (path !== "" || kind !== "directory");
}

export function encodeRecord(record: CopyRecord): Buffer {
  const paths: Record<Kind, string[]> = { file: [], directory: [], symlink: [] };
  for (const [path, kind] of record) paths[kind].push(path);
  return Buffer.from(JSON.stringify(paths));
}

/** Reads one that a container kept, and may have changed: what makes no sense in it is left out. */
export function decodeRecord(bytes: Uint8Array | undefined): CopyRecord {
  const byKind = parsed(bytes);
  const record = new Map<string, Kind>();
  for (const kind of kinds) {
    const paths: unknown = byKind[kind];
    for (const path of Array.isArray(paths) ? (paths as readonly unknown[]) : []) {
      if (typeof path === "string" && isBelow(path) && isRecorded(path, kind)) record.set(path, kind);
    }
  }
  return record;
}

export function isSameRecord(one: CopyRecord, other: CopyRecord): boolean {
  return one.size === other.size && [...one].every(([path, kind]) => other.get(path) === kind);
}

function parsed(bytes: Uint8Array | undefined): Readonly<{ [kind: string]: unknown }> {
  if (bytes === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // Cut off, or not ours: nothing is known then.
    return {};
  }
}

function isBelow(path: string): boolean {
  return path === "" || path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
