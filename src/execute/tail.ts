import type { OutputChunk } from "../engine/engine.ts";

/** The last lines of an output; those of stderr where there are any, for that is where causes are told. */
export async function tailOf(output: AsyncIterable<OutputChunk>, lines = 10): Promise<string[]> {
  const texts = { stdout: "", stderr: "" };
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  for await (const { stream, bytes } of output) {
    const text = texts[stream] + decoders[stream].decode(bytes, { stream: true });
    texts[stream] = text.length > keptLength ? text.slice(-keptLength) : text;
  }
  const text = texts.stderr.trim() === "" ? texts.stdout : texts.stderr;
  return text
    .trimEnd()
    .split("\n")
    .slice(-lines)
    .filter((line) => line.trim() !== "");
}

/** Enough for the last lines, however much is printed. */
const keptLength = 16_384;
