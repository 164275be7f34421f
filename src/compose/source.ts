/** A place in a file the user wrote; line and column count from 1, `column` in UTF-16 units. */
export interface Location {
  /** Path as the user would name it: relative to the working directory when inside it, `-` for standard input. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Column just past the value on its first line, where known: the length of the caret line. */
  readonly endColumn?: number;
}

/** Attribute path from the root of the model: `["services", "web", "ports", 0]`. */
export type Path = readonly (string | number)[];

/** Texts of all files read, by `Location.file`: what a diagnostic quotes the offending lines from. */
export type Sources = ReadonlyMap<string, string>;

/** Renders a path the way people write it: `services.web.ports[0]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}
