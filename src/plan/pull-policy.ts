import type { ObservedImage } from "../observe/snapshot.ts";

/** When an image is pulled: the words of `pull_policy` as data. */
export type PullPolicy =
  | { readonly kind: "always" | "missing" | "never" | "build" }
  | { readonly kind: "every"; readonly text: string; readonly ageMs: number };

const dayMs = 86_400_000;
const unitMs: Readonly<Record<string, number>> = { w: 7 * dayMs, d: dayMs, h: 3_600_000, m: 60_000, s: 1000 };

/** Reads a policy; unknown words, which the loader refuses, count as `missing`. */
export function pullPolicy(text = "missing"): PullPolicy {
  switch (text) {
    case "always":
    case "never":
    case "build":
      return { kind: text };
    case "daily":
      return { kind: "every", text, ageMs: dayMs };
    case "weekly":
      return { kind: "every", text, ageMs: 7 * dayMs };
    default:
      return text.startsWith("every_") ? { kind: "every", text, ageMs: ageMs(text.slice(6)) } : { kind: "missing" };
  }
}

/** True when the image was last tagged longer ago than the policy allows, or when nobody knows. */
export function isDue(
  { ageMs: limitMs }: { readonly ageMs: number },
  { lastTagTime }: Pick<ObservedImage, "lastTagTime">,
  nowMs: number,
): boolean {
  const taggedMs = Date.parse(lastTagTime ?? "");
  return Number.isNaN(taggedMs) || nowMs - taggedMs > limitMs;
}

function ageMs(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)([wdhms])/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ""] ?? 0), 0);
}
