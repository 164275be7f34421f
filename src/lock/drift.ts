import type { Location, Path } from "../compose/source.ts";
import type { Lock } from "./lock.ts";

/** What a file names, and what it stands for now. */
export interface Reference {
  readonly kind: "image" | "git";
  /** The key of the lock. */
  readonly name: string;
  /** Where the files name it. */
  readonly path: Path;
  readonly at: Location;
  /** Digests or commits, of which one has to be the locked one; none for an image that came from no registry; absent where nobody asked. */
  readonly now: readonly string[] | undefined;
  /** Who says so. */
  readonly source: "engine" | "registry" | "repository";
}

/** Something that is not as it was locked. */
export type Drift =
  | { readonly kind: "unlocked"; readonly reference: Reference }
  | { readonly kind: "moved"; readonly reference: Reference; readonly locked: string }
  | { readonly kind: "unused"; readonly name: string };

/** Compares what files name with a lock, in the order of the files. */
export function driftFrom(lock: Lock, references: readonly Reference[]): readonly Drift[] {
  return references.flatMap((reference): Drift[] => {
    const { kind, name, now } = reference;
    const locked = (kind === "image" ? lock.images : lock.git)[name];
    if (locked === undefined) return [{ kind: "unlocked", reference }];
    return now === undefined || now.includes(locked) ? [] : [{ kind: "moved", reference, locked }];
  });
}

/** What a lock has and the files do not name any more. */
export function unusedIn(lock: Lock, names: readonly string[]): readonly Drift[] {
  const locked = [...Object.keys(lock.images), ...Object.keys(lock.git)];
  return locked.filter((name) => !names.includes(name)).map((name) => ({ kind: "unused", name }));
}

/** For people: what was locked, and what is. */
export function describeDrift(drift: Drift): string {
  switch (drift.kind) {
    case "unlocked":
      return `${drift.reference.name} is not in compose.lock`;
    case "unused":
      return `${drift.name} is in compose.lock, and no service names it`;
    case "moved": {
      const { name, now = [], source } = drift.reference;
      const actual = now[0] === undefined ? "has no digest: it came from no registry" : `is ${now[0]}`;
      return `${name} is locked as ${drift.locked}, and ${places[source]} it ${actual}`;
    }
  }
}

const places = { engine: "on the engine", registry: "in its registry", repository: "in its repository" } as const;

/** From one lock to the next: `name old -> new`; nothing for what stays. */
export function changesOf(before: Lock | undefined, after: Lock): readonly string[] {
  const [old, now] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    if (was === undefined) return [`+ ${name} ${is}`];
    return is === undefined ? [`- ${name} ${was}`] : [`~ ${name} ${was} -> ${is}`];
  });
}

function flat(lock: Lock | undefined): ReadonlyMap<string, string> {
  return new Map(lock === undefined ? [] : [...Object.entries(lock.images), ...Object.entries(lock.git)]);
}
