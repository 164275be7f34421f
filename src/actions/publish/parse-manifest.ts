import { TscomposeError } from "../../errors.ts";

/** Reads what a registry keeps as a manifest, believing nothing of it yet; `name` is for messages. */
export function parseManifest(bytes: Buffer, name: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (isMap(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new TscomposeError({ code: "invalid-project", message: `${name}: its manifest is none` });
}

/** The entries of a list that are maps; of anything else: none. */
export function mapsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/** Whether a value has named parts. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
