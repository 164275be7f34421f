import { closeSync, constants, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";

/** Contents go out in pieces of this size: large enough to be fast, far below what a builder takes at once. */
const pieceBytes = 256 << 10;
/** Who has been a file when it was looked at may be a pipe by now: nobody waits for a writer. */
const howToOpen = constants.O_RDONLY | constants.O_NONBLOCK;
const readOn = promisify(read);
/** Nobody else gets a turn between the reading and the copy. */
const desk = Buffer.allocUnsafeSlow(pieceBytes);

/**
 * The contents of a file. The first piece, which most files are, is read at once: contexts have thousands of them, and to
 * wait for another thread takes ten times as long as the reading.
 */
export async function* piecesOf(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, howToOpen);
  try {
    const size = fillDesk(file);
    if (size > 0) yield Buffer.from(desk.subarray(0, size));
    if (size < pieceBytes) return;
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await readOn(file, piece, 0, pieceBytes, null);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    closeSync(file);
  }
}

/** As much as there is room for: to read less is no sign of the end, not on every file system. */
function fillDesk(file: number): number {
  let size = 0;
  while (size < pieceBytes) {
    const more = readSync(file, desk, size, pieceBytes - size, null);
    if (more === 0) break;
    size += more;
  }
  return size;
}
