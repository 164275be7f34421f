import { isJsonObject, type JsonObject, readJsonObject } from "../../docker-api/json-object.ts";
import { TscomposeError } from "../../errors.ts";

/** Reads what a registry keeps as a manifest, believing nothing of it yet; `name` is for messages. */
export function parseManifest(bytes: Buffer, name: string): JsonObject {
  const value = readJsonObject(bytes.toString("utf8"));
  if (typeof value !== "string") return value;
  throw new TscomposeError({ code: "invalid-project", message: `${name}: its manifest is none` });
}

/** The entries of a list that are maps; of anything else: none. */
export function mapsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
