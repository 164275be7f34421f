/** A folder as options of an overlay name it: the kernel splits folders at colons and options at commas. */
export function overlayPath(path: string): string {
  return path.replaceAll(/[\\:,]/g, String.raw`\$&`);
}
