import { familiar, isDigestKey, nameOfKey } from "./reference.ts";

/** Whether a key matches a `reference` filter: a pattern of the name, or of the name with tag or digest. */
export function matchesReference(key: string, pattern: string): boolean {
  const short = familiar(key);
  const name = familiar(nameOfKey(key));
  const matcher = glob(pattern);
  return matcher.test(short) || matcher.test(name) || (!isDigestKey(key) && matcher.test(key));
}

/** As Go's path.Match: `*` and `?` stop at a slash. */
function glob(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]");
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^(?!)/;
  }
}
