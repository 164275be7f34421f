import { TarError, shownName } from "../../tar/entry.ts";

const longestPartBytes = 255;

/**
 * Parts of a name as a path below some root: `/etc/../usr//bin/` becomes `usr`, `bin`. Throws a {@link TarError} for a
 * name that climbs out, as Docker does. Symbolic links are not looked at: that comes after.
 */
export function partsInRoot(name: string): string[] {
  const parts: string[] = [];
  for (const part of name.split("/")) {
    if (part === "" || part === ".") continue;
    if (part.length > longestPartBytes)
      throw new TarError(`${shownName(name)}: a part of ${part.length} bytes is too long`);
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw new TarError(`${shownName(name)} leads out of the archive's root`);
  }
  return parts;
}
