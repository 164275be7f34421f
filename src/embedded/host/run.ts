import { spawn } from "node:child_process";

/** How a command is run. */
export interface RunOptions {
  /** Written to its standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Kills the command when it fires. */
  readonly signal?: AbortSignal;
}

/** A command of the host that did not succeed; the message ends with the last lines of what it said on stderr. */
export class CommandError extends Error {
  readonly command: string;
  /** `undefined` when it was killed or could not be run at all. */
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(command: string, { exitCode, stderr, cause }: CommandFailure) {
    const said = lastLines(stderr);
    const how = exitCode === undefined ? causeText(cause) : `exit code ${exitCode}`;
    super(`${command}: ${said === "" ? how : said}`, cause === undefined ? undefined : { cause });
    this.name = "CommandError";
    this.command = command;
    this.exitCode = exitCode;
    this.stderr = stderr;
  }
}

interface CommandFailure {
  readonly exitCode: number | undefined;
  readonly stderr: string;
  readonly cause?: unknown;
}

/** More of a command's complaints helps nobody. */
const mostStderr = 64 * 1024;
const shownLines = 5;

/**
 * Runs a command of the host, without a shell, and gives what it wrote to standard output. Throws a
 * {@link CommandError} when it does not exit with 0.
 */
export async function run(
  command: string,
  args: readonly string[],
  { input, cwd, env, signal }: RunOptions = {},
): Promise<{ readonly stdout: string }> {
  const child = spawn(command, args, {
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(signal === undefined ? {} : { signal }),
  });
  const stdout: Buffer[] = [];
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    if (stderr.length < mostStderr) stderr += chunk.toString();
  });
  // A command may end without reading all of it; its exit code says whether that was right.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("error", (cause) => reject(new CommandError(command, { exitCode: undefined, stderr, cause })));
  child.on("close", (code, killedBy) => {
    if (code === 0) return resolve();
    const cause = killedBy === null ? undefined : new Error(`killed by ${killedBy}`);
    reject(new CommandError(command, { exitCode: code ?? undefined, stderr, cause }));
  });
  await promise;
  return { stdout: Buffer.concat(stdout).toString() };
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-shownLines).join("\n");
}

function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return "no exit code";
  return "code" in cause && cause.code === "ENOENT" ? "not installed" : cause.message;
}
