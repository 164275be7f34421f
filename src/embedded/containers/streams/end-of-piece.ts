/** Of so much, more comes at once most likely; and so much of an unfinished line is worth waiting for it. */
const much = 16 * 1024;
const newline = 0x0a;

/**
 * Where to cut output that has been read so far, so that lines and characters stay whole: after the last line, where the
 * rest of the next one is about to come, else after the last whole character. 0 when there is none.
 */
export function endOfPiece(bytes: Buffer): number {
  const lineEnd = bytes.length >= much ? bytes.lastIndexOf(newline) + 1 : 0;
  return lineEnd > 0 && bytes.length - lineEnd < much ? lineEnd : wholeCharacters(bytes);
}

/** The end of the last character that is there with all its bytes. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    // The first byte of a character tells its length.
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
