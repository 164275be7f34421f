import { on } from "node:events";
import type { Terminal } from "../actions/terminal.ts";
import type { Io } from "./io.ts";

/** The process's own terminal, for commands in which a person talks to a container. */
export function processTerminal({ stdin, stdout, stderr }: Io): Terminal {
  return {
    input: (signal) => readInput(stdin, signal),
    write: ({ stream, bytes }) => (stream === "stdout" ? stdout : stderr).write(bytes),
    enterRawMode: () => rawMode(stdin),
    size: () =>
      stdout.columns === undefined || stdout.rows === undefined
        ? undefined
        : { rows: stdout.rows, columns: stdout.columns },
    onResize(listener) {
      process.on("SIGWINCH", listener);
      return { [Symbol.dispose]: () => void process.off("SIGWINCH", listener) };
    },
  };
}

/** Signals that a person or a supervisor sends to end or wake something. */
const forwarded = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"] as const;

/** Hands signals on to somebody else, until disposed; they then no longer end this process. */
export function forwardSignals(forward: (signal: NodeJS.Signals) => void): Disposable {
  for (const signal of forwarded) process.on(signal, forward);
  return {
    [Symbol.dispose]() {
      for (const signal of forwarded) process.off(signal, forward);
    },
  };
}

/** Reads until the end of the input, or until nobody wants it any more; a fast pipe waits for a slow reader. */
async function* readInput(stdin: NodeJS.ReadStream, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    const chunks = on(stdin, "data", { close: ["end"], signal, highWaterMark: 16, lowWaterMark: 4 });
    if (stdin.readableEnded) return;
    for await (const [chunk] of chunks as AsyncIterable<[Uint8Array]>) yield chunk;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stdin.pause();
  }
}

/** Ctrl-C and friends go to the container, which has the terminal now. */
function rawMode(stdin: NodeJS.ReadStream): Disposable {
  if (!stdin.isTTY || stdin.isRaw) return { [Symbol.dispose]: () => {} };
  stdin.setRawMode(true);
  return { [Symbol.dispose]: () => void stdin.setRawMode(false) };
}
