import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import type { Address } from "./address.ts";
import type { Environment } from "./door.ts";

/**
 * Opens a connection through the user's own `ssh`, with all of its configuration, keys and agents: `docker system
 * dial-stdio` on the other side joins it to the engine there.
 */
export function dialOverSsh(
  { destination, port }: Extract<Address, { kind: "ssh" }>,
  environment: Environment,
): Duplex {
  const portArguments = port === undefined ? [] : ["-p", port];
  const remote = ["--", destination, "docker", "system", "dial-stdio"];
  // Of its own group: Ctrl-C is ours to handle, and must not cut the connection over which we stop things.
  const child = spawn("ssh", ["-o", "ConnectTimeout=30", "-T", ...portArguments, ...remote], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment,
    detached: true,
  });
  return new ProcessConnection(child);
}

/** Input and output of a process as one connection, with what `node:http` expects of a socket. */
class ProcessConnection extends Duplex {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  #complaint = "";

  constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    super({ allowHalfOpen: true });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaint += text));
    child.stdout.on("data", (bytes: Buffer) => this.push(bytes) || child.stdout.pause());
    child.stdin.on("error", () => {});
    child.on("error", (cause) => this.destroy(new Error(`starting ssh: ${cause.message}`, { cause })));
    child.on("close", (exitCode) => this.#end(exitCode));
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  /** An idle connection must not keep us from ending. */
  unref(): this {
    for (const part of partsOf(this.#child)) part.unref();
    return this;
  }

  ref(): this {
    for (const part of partsOf(this.#child)) part.ref();
    return this;
  }

  #end(exitCode: number | null): void {
    const complaint = this.#complaint.trim();
    if (exitCode === 0 || this.destroyed) this.push(null);
    else this.destroy(new Error(complaint === "" ? `ssh ended with exit code ${exitCode}` : complaint));
  }
}

interface Referenced {
  ref(): unknown;
  unref(): unknown;
}

function partsOf(child: ChildProcess): Referenced[] {
  const parts: readonly unknown[] = [child, child.stdin, child.stdout, child.stderr];
  return parts.filter(isReferenced);
}

/** Pipes of a process are sockets, although their types do not say so. */
function isReferenced(part: unknown): part is Referenced {
  return typeof part === "object" && part !== null && "unref" in part && "ref" in part;
}
