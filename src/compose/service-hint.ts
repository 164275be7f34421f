import { didYouMean } from "./validator/did-you-mean.ts";

/** What to say to somebody who named a service that is not there: the one most likely meant, else which ones there are. */
export function serviceHint(wrong: string, known: readonly string[], whose = "services"): string {
  const near = didYouMean(wrong, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length === 0 ? "there are no services" : `${whose}: ${known.toSorted().join(", ")}`;
}
