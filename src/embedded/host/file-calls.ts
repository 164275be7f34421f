import * as fs from "node:fs";
import type { BigIntStats } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";

/** What is there at once, or later: `await` takes both. */
type Soon<Result> = Result | Promise<Result>;

/** So long it works at a stretch before all else that waits in this process has its turn. */
const turnMs = 5;
/** A call that took so long waited for a disk: the next ones would hold everybody up as well. */
const slowMs = 20;
/** To give back the blocks of a larger file takes its time. */
const quicklyRemovedBytes = 16_777_216n;

const pooled = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  fstat: promisify<number, { bigint: true }, BigIntStats>(fs.fstat),
  fchown: promisify(fs.fchown),
  fchmod: promisify(fs.fchmod),
  futimes: promisify(fs.futimes),
  write: promisify(fs.write),
};

/**
 * Calls of the kernel on files. Either through Node's thread pool, each some hundred microseconds; or at once, each a
 * few, a short stretch after another and with a turn for everybody else in between. The latter is for file systems that
 * never wait for anything but a disk: a call to a server that does not answer would stop the whole process. As soon as
 * one call was slow, the rest goes through the pool.
 */
export class FileCalls {
  #isPrompt: boolean;
  #turnEndsAtMs = 0;

  constructor({ isPrompt }: { readonly isPrompt: boolean }) {
    this.#isPrompt = isPrompt;
  }

  /** From now on everything goes through the pool. */
  usePool(): void {
    this.#isPrompt = false;
  }

  open(path: Buffer, flags: number, mode?: number): Soon<number> {
    return this.#call(
      () => fs.openSync(path, flags, mode),
      () => pooled.open(path, flags, mode),
    );
  }

  close(file: number): Soon<void> {
    return this.#call(
      () => fs.closeSync(file),
      () => pooled.close(file),
    );
  }

  /** Of the thing itself, be it a link; `undefined` when there is none. */
  lstat(path: Buffer): Soon<BigIntStats | undefined> {
    return this.#call(
      () => fs.lstatSync(path, { bigint: true, throwIfNoEntry: false }),
      () => fs.promises.lstat(path, { bigint: true }).catch(unlessMissing),
    );
  }

  fstat(file: number): Soon<BigIntStats> {
    return this.#call(
      () => fs.fstatSync(file, { bigint: true }),
      () => pooled.fstat(file, { bigint: true }),
    );
  }

  readlink(path: Buffer): Soon<Buffer> {
    return this.#call(
      () => fs.readlinkSync(path, "buffer"),
      () => fs.promises.readlink(path, "buffer"),
    );
  }

  mkdir(path: Buffer, mode: number): Soon<unknown> {
    return this.#call(
      () => fs.mkdirSync(path, { mode }),
      () => fs.promises.mkdir(path, { mode }),
    );
  }

  symlink(target: Buffer, path: Buffer): Soon<void> {
    return this.#call(
      () => fs.symlinkSync(target, path),
      () => fs.promises.symlink(target, path),
    );
  }

  link(existing: Buffer, path: Buffer): Soon<void> {
    return this.#call(
      () => fs.linkSync(existing, path),
      () => fs.promises.link(existing, path),
    );
  }

  /** `status` is of what is there. */
  unlink(path: Buffer, { size }: BigIntStats): Soon<void> {
    if (size > quicklyRemovedBytes) return fs.promises.unlink(path);
    return this.#call(
      () => fs.unlinkSync(path),
      () => fs.promises.unlink(path),
    );
  }

  lchown(path: Buffer, uid: number, gid: number): Soon<void> {
    return this.#call(
      () => fs.lchownSync(path, uid, gid),
      () => fs.promises.lchown(path, uid, gid),
    );
  }

  /** Access and change alike, in seconds since 1970. */
  lutimes(path: Buffer, seconds: number): Soon<void> {
    return this.#call(
      () => fs.lutimesSync(path, seconds, seconds),
      () => fs.promises.lutimes(path, seconds, seconds),
    );
  }

  fchown(file: number, uid: number, gid: number): Soon<void> {
    return this.#call(
      () => fs.fchownSync(file, uid, gid),
      () => pooled.fchown(file, uid, gid),
    );
  }

  fchmod(file: number, mode: number): Soon<void> {
    return this.#call(
      () => fs.fchmodSync(file, mode),
      () => pooled.fchmod(file, mode),
    );
  }

  /** Access and change alike, in seconds since 1970. */
  futimes(file: number, seconds: number): Soon<void> {
    return this.#call(
      () => fs.futimesSync(file, seconds, seconds),
      () => pooled.futimes(file, seconds, seconds),
    );
  }

  /** Returns how many of the bytes were written. */
  write(file: number, bytes: Buffer): Soon<number> {
    return this.#call(
      () => fs.writeSync(file, bytes),
      async () => (await pooled.write(file, bytes)).bytesWritten,
    );
  }

  #call<Result>(prompt: () => Result, pool: () => Promise<Result>): Soon<Result> {
    if (!this.#isPrompt) return pool();
    const startedAtMs = performance.now();
    if (startedAtMs >= this.#turnEndsAtMs) return this.#inNextTurn(prompt, pool);
    try {
      return prompt();
    } finally {
      if (performance.now() - startedAtMs > slowMs) this.#isPrompt = false;
    }
  }

  async #inNextTurn<Result>(prompt: () => Result, pool: () => Promise<Result>): Promise<Result> {
    await setImmediate();
    this.#turnEndsAtMs = performance.now() + turnMs;
    return this.#call(prompt, pool);
  }
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
