import type { ObservedContainer, Snapshot } from "../observe/snapshot.ts";
import { digest } from "./config-hash.ts";
import { imageOfKey } from "./names.ts";
import type { Basis } from "./plan.ts";

/** What a plan rests on, thing by thing. Health is left out: it moves by itself and changes no decision. */
export function basisOf(snapshot: Snapshot): Basis {
  return {
    ...facts("container", snapshot.containers, ({ name }) => name, containerFact),
    ...facts(
      "network",
      snapshot.networks,
      ({ name }) => name,
      ({ id, labels }) => `${id.slice(0, 12)} ${stamp(labels)}`,
    ),
    ...facts(
      "volume",
      snapshot.volumes,
      ({ name }) => name,
      ({ labels }) => `present ${stamp(labels)}`,
    ),
    ...facts(
      "image",
      Object.entries(snapshot.images),
      ([key]) => key,
      ([, { id }]) => shortId(id),
    ),
  };
}

/** What moved between two bases, in sentences; nothing when the plan still holds. */
export function movedSince(planned: Basis, now: Basis): string[] {
  const things = new Set([...Object.keys(planned), ...Object.keys(now)]);
  return [...things].sort().flatMap((thing) => {
    const [before, after] = [planned[thing], now[thing]];
    if (before === after) return [];
    if (before === undefined) return [`${thing} appeared`];
    return [after === undefined ? `${thing} is gone` : `${thing} changed: ${before} -> ${after}`];
  });
}

/** What to observe for a basis to be compared: the things it speaks of. */
export function neededForBasis(basis: Basis): {
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  readonly images: Readonly<Record<string, { readonly reference: string; readonly platform?: string }>>;
} {
  const named = (kind: string): string[] =>
    Object.keys(basis).flatMap((thing) => (thing.startsWith(`${kind} `) ? [thing.slice(kind.length + 1)] : []));
  return {
    networks: named("network"),
    volumes: named("volume"),
    images: Object.fromEntries(named("image").map((key) => [key, imageOfKey(key)])),
  };
}

function facts<Thing>(
  kind: string,
  things: readonly Thing[],
  name: (thing: Thing) => string,
  fact: (thing: Thing) => string,
): Basis {
  return Object.fromEntries(things.map((thing) => [`${kind} ${name(thing)}`, fact(thing)]));
}

function containerFact({ id, state, labels, networks, imageId }: ObservedContainer): string {
  return `${id.slice(0, 12)} ${state} ${stamp(labels)} ${stamp(networks)} ${shortId(imageId)}`;
}

function stamp(map: Readonly<Record<string, string>>): string {
  const lines = Object.entries(map).map(([key, value]) => `${key}=${value}`);
  return digest(lines.sort().join("\n")).slice(0, 8);
}

function shortId(id: string): string {
  return id.replace("sha256:", "").slice(0, 12);
}
