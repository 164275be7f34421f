import type { WindowSize } from "../engine/engine.ts";
import type { OutputChunk } from "../engine/engine.ts";

/** The person's side of an interactive command, as a port: keys and piped bytes in, output out. */
export interface Terminal {
  /** What is typed or piped, until it ends or the signal fires. */
  input(signal: AbortSignal): AsyncIterable<Uint8Array>;
  write(chunk: OutputChunk): void;
  /** Passes every key on as it is, until disposed; does nothing where the input is no terminal. */
  enterRawMode(): Disposable;
  /** Size of the window; undefined where the output is no terminal. */
  size(): WindowSize | undefined;
  onResize(listener: () => void): Disposable;
}
