import { statSync } from "node:fs";
import { homedir } from "node:os";
import { exitCode } from "./exit-code.ts";
import { StandardOutput } from "./standard-output.ts";

/** Undoes what a view in progress may have done to the terminal. */
const showCursor = "\u001b[?25h";

/** The process as the command line sees it: tests pass one of their own. */
export interface Io {
  /** Standard input; looked at only by commands that read it. */
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  /** Calls back on every Ctrl-C and SIGTERM, until disposed. */
  onInterrupt(listener: () => void): Disposable;
  /** Ends the process at once, when waiting for an orderly end is no longer wanted. */
  abandon(code: number): void;
}

/** Where text goes; knows whether a person is looking. */
export interface Output {
  readonly isTTY: boolean;
  /** Width and height of the terminal, absent elsewhere. */
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(data: string | Uint8Array): void;
}

/** The real process. The standard streams are opened when first touched: `--version` needs no stdin. */
export function processIo(): Io {
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: new StandardOutput(1, () => opened(process.stdout)),
    stderr: new StandardOutput(2, () => opened(process.stderr)),
    environment: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
    workingDirectory: logicalDirectory(process.cwd(), process.env["PWD"]),
    homeDirectory: homedir(),
    onInterrupt(listener) {
      process.on("SIGINT", listener).on("SIGTERM", listener);
      return { [Symbol.dispose]: () => void process.off("SIGINT", listener).off("SIGTERM", listener) };
    },
    abandon(code) {
      if (process.stderr.isTTY) process.stderr.write(showCursor);
      process.exit(code);
    },
  };
}

const inUse = new Set<NodeJS.WriteStream>();

/** A stream that is written to: when whoever reads it goes away, there is nobody left to work for. */
function opened(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (inUse.has(stream)) return stream;
  inUse.add(stream);
  return stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(exitCode.brokenPipe);
  });
}

/** Ends the process once all that was written is out, or could not be: pipes are slower than we are. */
export async function endProcess(code: number): Promise<never> {
  const waiting = [...inUse].filter(({ writableLength, errored }) => writableLength > 0 || errored !== null);
  await Promise.all(waiting.map((stream) => new Promise((resolve) => stream.write("", resolve))));
  return process.exit(code);
}

/** Like the shell, and like Go's os.Getwd: a directory entered through a symbolic link keeps the name of the link. */
function logicalDirectory(physical: string, logical: string | undefined): string {
  if (logical === undefined || logical === physical || !logical.startsWith("/")) return physical;
  const [here, there] = [physical, logical].map((path) => statSync(path, { throwIfNoEntry: false }));
  return here?.ino === there?.ino && here?.dev === there?.dev ? logical : physical;
}
