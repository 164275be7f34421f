/**
 * V8 looks for buffers that nobody has any more when the objects that stand for them fill its nursery, or when they hold
 * 32 MiB: an engine that passes gigabytes on would have as much in vain all the time.
 */
const mostBytes = 4_194_304;

let passedBytes = 0;

/** Told of bytes in buffers that have been passed on; clears away what is forgotten, where Node lets it (`--expose-gc`). */
export function passedOn(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < mostBytes) return;
  passedBytes = 0;
  globalThis.gc?.({ type: "minor" });
}
