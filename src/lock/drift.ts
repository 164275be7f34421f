import type { Location, Path } from "../compose/source.ts";
import { closestTo, parsePlatform } from "../docker-api/platform.ts";
import type { Lock, LockedImage } from "./lock.ts";

/** What a file names, and what it stands for now. */
export interface Reference {
  readonly kind: "image" | "git";
  /** The key of the lock. */
  readonly name: string;
  /** What the files want an image for, `linux/arm64`. */
  readonly platform?: string;
  /** What it is going to run on where the files do not say so. */
  readonly runsOn?: string;
  /** Where the files name it. */
  readonly path: Path;
  readonly at: Location;
  /** Digests or commits, of which one has to be the locked one; none for an image that came from no registry; absent where nobody asked. */
  readonly now: readonly string[] | undefined;
  /** The digests of what `now` has for the platform, where somebody asked. */
  readonly nowForPlatform?: readonly string[];
  /** Who says so. */
  readonly source: "engine" | "registry" | "repository";
}

/** Something that is not as it was locked. */
export type Drift =
  | { readonly kind: "unlocked"; readonly reference: Reference }
  | { readonly kind: "platform-unlocked"; readonly reference: Reference; readonly platforms: readonly string[] }
  | {
      readonly kind: "moved";
      readonly reference: Reference;
      readonly locked: string;
      /** The digest of the image for the reference's platform. */
      readonly lockedForPlatform?: string;
    }
  | { readonly kind: "unused"; readonly name: string };

/** Compares what files name with a lock, in the order of the files. */
export function driftFrom(lock: Lock, references: readonly Reference[]): readonly Drift[] {
  return references.flatMap((reference): Drift[] => {
    const { kind, name, platform, now } = reference;
    const locked = kind === "image" ? lock.images[name] : commitIn(lock, name);
    if (locked === undefined) return [{ kind: "unlocked", reference }];
    const { digest, platforms } = locked;
    if (platform !== undefined && !isFor(locked, platform)) {
      return [{ kind: "platform-unlocked", reference, platforms: Object.keys(platforms ?? {}) }];
    }
    const forPlatform = digestFor(locked, platform ?? reference.runsOn);
    if (now === undefined || now.includes(digest)) return [];
    // Another list with the same image in it, or that image alone: what runs is what was locked.
    const own = [...now, ...(reference.nowForPlatform ?? [])];
    if (forPlatform !== undefined && own.includes(forPlatform)) return [];
    const pinned = forPlatform === undefined ? {} : { lockedForPlatform: forPlatform };
    return [{ kind: "moved", reference, locked: digest, ...pinned }];
  });
}

function commitIn({ git }: Lock, name: string): LockedImage | undefined {
  const digest = git[name];
  return digest === undefined ? undefined : { digest };
}

/** Of an image that is several the one for a platform, as an engine chooses it; `undefined` where that cannot be told. */
export function digestFor(image: Pick<LockedImage, "platforms">, asked?: string): string | undefined {
  const [platform = "", digest] = closest(image, asked) ?? [];
  // Of several for Windows an engine takes the one for its own version.
  return platform.includes("(") ? undefined : digest;
}

/** Whether an image is there for a platform, as far as it is told for which ones it is. */
export function isFor(image: Pick<LockedImage, "platforms">, asked?: string): boolean {
  return image.platforms === undefined || closest(image, asked) !== undefined;
}

function closest(
  { platforms = {} }: Pick<LockedImage, "platforms">,
  asked?: string,
): readonly [platform: string, digest: string] | undefined {
  if (asked === undefined) return undefined;
  return closestTo(asked, Object.entries(platforms), ([platform]) => parsePlatform(platform.replace(/\(.*\)/, "")));
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
    case "platform-unlocked": {
      const { name, platform } = drift.reference;
      return `${name} is not locked for ${platform}, but for ${drift.platforms.join(", ") || "nothing"}`;
    }
    case "unused":
      return `${drift.name} is in compose.lock, and no service names it`;
    case "moved": {
      const { name, now = [], source } = drift.reference;
      const actual = now[0] === undefined ? "has no digest: it came from no registry" : `is ${now[0]}`;
      return `${name} is locked as ${drift.locked}, and ${places[source]} it ${actual}${onPlatform(drift)}`;
    }
  }
}

const places = { engine: "on the engine", registry: "in its registry", repository: "in its repository" } as const;

/** What of it is for the platform, where that is told apart. */
function onPlatform({ reference, locked, lockedForPlatform }: Drift & { readonly kind: "moved" }): string {
  const { platform = reference.runsOn, nowForPlatform } = reference;
  if (nowForPlatform === undefined || lockedForPlatform === undefined || lockedForPlatform === locked) return "";
  return ` (for ${platform} ${lockedForPlatform} before, ${nowForPlatform[0] ?? "nothing"} now)`;
}

/** From one lock to the next: `name old -> new`; nothing for what stays. */
export function changesOf(before: Lock | undefined, after: Lock): readonly string[] {
  const [old, now] = [flat(before), flat(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined) return is === undefined ? [] : [`+ ${name} ${is.digest}`];
    if (is === undefined) return [`- ${name} ${was.digest}`];
    if (was.digest !== is.digest) return [`~ ${name} ${was.digest} -> ${is.digest}`];
    const [platformsBefore, platforms] = [platformsOf(was), platformsOf(is)];
    return platformsBefore === platforms ? [] : [`~ ${name} for ${platformsBefore} -> for ${platforms}`];
  });
}

/** What a digest stands for never changes: that it is told does. */
function platformsOf({ platforms }: LockedImage): string {
  return (
    Object.keys(platforms ?? {})
      .toSorted()
      .join(", ") || "whatever is in it"
  );
}

function flat(lock: Lock | undefined): ReadonlyMap<string, LockedImage> {
  if (lock === undefined) return new Map();
  const commits = Object.entries(lock.git).map(([name, digest]) => [name, { digest }] as const);
  return new Map([...Object.entries(lock.images), ...commits]);
}
