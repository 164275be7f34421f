import { createHash } from "node:crypto";

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

export function isDigest(text: unknown): text is Digest {
  return typeof text === "string" && /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The digest of a few bytes at hand. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The digits alone: names of files. */
export function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, "");
}

/** Passes a stream on unchanged, and knows its digest and length once it has ended. */
export function measured(chunks: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly result: () => { readonly digest: Digest; readonly sizeBytes: number };
} {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  return {
    chunks: (async function* () {
      for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
        yield chunk;
      }
    })(),
    result: () => ({ digest: `sha256:${hash.digest("hex")}`, sizeBytes }),
  };
}
