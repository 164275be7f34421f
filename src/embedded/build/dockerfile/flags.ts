import { didYouMean } from "./did-you-mean.ts";
import { DockerfileError } from "./dockerfile-error.ts";

type FlagKind = "boolean" | "text" | "texts";

/** What an instruction's flags say; a flag that is not written is missing. */
export type FlagValues<Kinds extends Readonly<Record<string, FlagKind>>> = {
  readonly [Name in keyof Kinds]?: Kinds[Name] extends "boolean"
    ? boolean
    : Kinds[Name] extends "text"
      ? string
      : readonly string[];
};

/**
 * Reads `--name=value` flags by the kinds of value that they take. Throws a {@link DockerfileError} for others, for
 * those without the value they need, and for what is written twice.
 */
export function readFlags<const Kinds extends Readonly<Record<string, FlagKind>>>(
  flags: readonly string[],
  kinds: Kinds,
): FlagValues<Kinds> {
  const values: Record<string, boolean | string | readonly string[]> = {};
  for (const flag of flags) {
    const equals = flag.indexOf("=");
    const written = equals < 0 ? flag : flag.slice(0, equals);
    const value = equals < 0 ? undefined : flag.slice(equals + 1);
    const name = written.slice(2);
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (kind === undefined) {
      const hint = didYouMean(name, Object.keys(kinds), { isCaseSensitive: true });
      throw new DockerfileError(`unknown flag: ${written}${hint}`);
    }
    const before = values[name];
    if (before !== undefined && kind !== "texts") throw new DockerfileError(`duplicate flag specified: ${written}`);
    values[name] = valueOf(kind, { written, value, before });
  }
  return values as FlagValues<Kinds>;
}

function valueOf(
  kind: FlagKind,
  {
    written,
    value,
    before,
  }: { readonly written: string; readonly value: string | undefined; readonly before: unknown },
): boolean | string | readonly string[] {
  if (kind === "boolean") return booleanOf(written, value);
  if (value === undefined) throw new DockerfileError(`missing a value on flag: ${written}`);
  return kind === "text" ? value : [...((before as readonly string[] | undefined) ?? []), value];
}

function booleanOf(written: string, value: string | undefined): boolean {
  if (value === undefined || /^true$/i.test(value)) return true;
  if (/^false$/i.test(value)) return false;
  if (value === "") throw new DockerfileError(`missing a value on flag: ${written}`);
  throw new DockerfileError(`expecting boolean value for flag ${written}, not: ${value}`);
}
