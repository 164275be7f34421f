/** Takes a stream of chunks apart in other portions, with no more in memory than the chunk at hand. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next bytes, at least one and at most `maxBytes`; `undefined` at the end. */
  async some(maxBytes: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const taken = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Exactly so many bytes, or fewer when the stream ends before; keep `bytes` small, they are held in memory. */
  async upTo(bytes: number): Promise<Buffer> {
    if (this.#rest.length >= bytes) {
      const taken = this.#rest.subarray(0, bytes);
      this.#rest = this.#rest.subarray(bytes);
      return taken;
    }
    const parts: Buffer[] = [];
    for (let missing = bytes; missing > 0;) {
      const part = await this.some(missing);
      if (part === undefined) break;
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** What comes next, left in place. */
  async peek(bytes: number): Promise<Buffer> {
    const start = await this.upTo(bytes);
    this.#rest = this.#rest.length === 0 ? start : Buffer.concat([start, this.#rest]);
    return start;
  }

  /** All that is left. Closes the stream beneath when it is left early. */
  async *remaining(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        const part = await this.some(Number.POSITIVE_INFINITY);
        if (part === undefined) return;
        yield part;
      }
    } finally {
      await this.close();
    }
  }

  /** Gives the stream beneath back when it is not read to its end. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}
