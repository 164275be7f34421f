import { PassThrough } from "node:stream";
import type { Io, Output } from "../../src/cli/io.ts";

/** A process that exists in memory only: what was written can be read, Ctrl-C can be pressed. */
export interface MemoryIo extends Io {
  readonly written: { readonly stdout: () => string; readonly stderr: () => string };
  /** Codes with which the process was ended at once. */
  readonly abandoned: readonly number[];
  interrupt(): void;
}

/** What to pretend. */
export interface MemoryIoOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly homeDirectory?: string;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly stdin?: string;
}

/** Makes a process for one command line. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const { environment = {}, workingDirectory = "/", homeDirectory = "/home/someone" } = options;
  const { isTTY = false, columns = 80, stdin = "" } = options;
  const listeners = new Set<() => void>();
  const abandoned: number[] = [];
  const [stdout, stderr] = [recorder(isTTY, columns), recorder(isTTY, columns)];
  const input = Object.assign(new PassThrough(), { isTTY: false, fd: 0 as const });
  input.end(stdin);
  return {
    stdin: input as unknown as Io["stdin"],
    stdout,
    stderr,
    environment,
    workingDirectory,
    homeDirectory,
    onInterrupt(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    abandon: (code) => void abandoned.push(code),
    written: { stdout: () => stdout.text(), stderr: () => stderr.text() },
    abandoned,
    interrupt: () => listeners.forEach((listener) => listener()),
  };
}

function recorder(isTTY: boolean, columns: number): Output & { text(): string } {
  const chunks: Uint8Array[] = [];
  return {
    isTTY,
    columns,
    rows: 24,
    write: (data) => void chunks.push(Buffer.from(data as string)),
    text: () => Buffer.concat(chunks).toString("utf8"),
  };
}
