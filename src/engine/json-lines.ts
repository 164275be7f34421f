const newline = 0x0a;

/** Objects as an engine sends them one per line: events, and the progress of pulls and builds. */
export async function* jsonLines<T>(source: AsyncIterable<Uint8Array>): AsyncIterable<T> {
  let rest: Uint8Array[] = [];
  for await (const bytes of source) {
    const end = bytes.lastIndexOf(newline);
    if (end === -1) {
      rest.push(bytes);
      continue;
    }
    yield* parsed<T>(Buffer.concat([...rest, bytes.subarray(0, end)]));
    rest = [bytes.subarray(end + 1)];
  }
  yield* parsed<T>(Buffer.concat(rest));
}

function* parsed<T>(lines: Buffer): Iterable<T> {
  for (const line of lines.toString().split("\n")) {
    if (line.trim() !== "") yield JSON.parse(line);
  }
}
