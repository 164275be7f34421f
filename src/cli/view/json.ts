/** JSON as Go's encoder writes it: one line, with `<`, `>` and `&` escaped; bytes are the same as Docker Compose's. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
