/** What is between braces in JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value has named parts. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a JSON object that somebody else wrote; where it is none, what is wrong with it. */
export function readJsonObject(text: string): JsonObject | string {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : "expected a JSON object";
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}
