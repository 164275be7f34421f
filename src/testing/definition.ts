import type { ComposeFile } from "../define/compose-file.ts";
import { UsageError } from "../errors.ts";
import { plainData } from "../system/plain-data.ts";
import type { ComposeSource } from "./compose.ts";

/** Whether a test gives what the file would say, instead of a file. */
export function isDefinition(source: ComposeSource): source is ComposeFile {
  return typeof source === "object" && !(source instanceof URL) && !Array.isArray(source);
}

/** What a defined file says, as the text of one: texts are escaped, since they mean what they say. */
export function definitionText(file: ComposeFile): string {
  const made = plainData(file);
  if ("data" in made) {
    const escape = (_: string, value: unknown): unknown =>
      typeof value === "string" ? value.replaceAll("$", "$$$$") : value;
    return JSON.stringify(made.data, escape, 2);
  }
  const { path, found } = made.problem;
  throw new UsageError(`${path.join(".") || "the compose file"}: expected plain data, got ${found}`);
}

/** What tells one defined file from others: all that it says, or, where it may come to say something else, its names. */
export function identityOf(text: string, mayChange: boolean): string {
  if (!mayChange) return text;
  const { name, services = {} } = JSON.parse(text) as ComposeFile;
  return JSON.stringify([name, Object.keys(services).toSorted()]);
}
