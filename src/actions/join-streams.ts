import type { Attachment, WindowSize } from "../engine/engine.ts";
import { defaultDetachKeys, DetachFilter, parseDetachKeys } from "./detach-keys.ts";
import type { Terminal } from "./terminal.ts";

/** Tells the engine the size of the window. */
export type Resize = (size: WindowSize) => Promise<void>;

/** How to join a terminal and a process. */
export interface JoinOptions {
  readonly isInteractive: boolean;
  /** Given for processes that have a terminal of their own: keys are then passed on as they are typed. */
  readonly tty?: { readonly resize: Resize; readonly detachKeys?: string };
  /** Leaves the process running. */
  readonly signal: AbortSignal;
}

/** How it ended: the process has no more to say, or it was left running. */
export type JoinEnd = "ended" | "left";

/**
 * Lets a person talk to a process until it has no more to say, the detach keys are typed, or the signal fires. The end of
 * the input is handed on, so that `cat` ends; a process that ends first leaves the rest of the input unread.
 */
export async function joinStreams(
  attachment: Attachment,
  terminal: Terminal,
  { isInteractive, tty, signal }: JoinOptions,
): Promise<JoinEnd> {
  const keys = tty === undefined ? [] : parseDetachKeys(tty.detachKeys ?? defaultDetachKeys);
  using cleanUp = new DisposableStack();
  const ended = new AbortController();
  cleanUp.defer(() => ended.abort());
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  cleanUp.use(listening(signal, leave));
  cleanUp.use(listening(leaving.signal, () => void attachment[Symbol.asyncDispose]()));
  const passSize = (): void => void (tty === undefined ? undefined : tellSize(terminal, tty.resize));
  if (tty !== undefined) {
    if (isInteractive) cleanUp.use(terminal.enterRawMode());
    cleanUp.use(terminal.onResize(passSize));
    passSize();
  }
  const filter = keys.length === 0 ? undefined : new DetachFilter(keys);
  const input = isInteractive ? passInput(attachment, terminal, { ended: ended.signal, leave, filter }) : undefined;
  input?.catch(() => {}); // awaited below, when the process has said all it had to say
  try {
    let isFirst = true;
    for await (const chunk of attachment.output) {
      terminal.write(chunk);
      // Engines before API 1.42 refuse the size of a process that has not quite begun.
      if (isFirst) passSize();
      isFirst = false;
    }
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  ended.abort();
  await input;
  return leaving.signal.aborted ? "left" : "ended";
}

interface InputOptions {
  readonly ended: AbortSignal;
  readonly leave: () => void;
  readonly filter: DetachFilter | undefined;
}

async function passInput(attachment: Attachment, terminal: Terminal, options: InputOptions): Promise<void> {
  const { ended, leave, filter } = options;
  try {
    for await (const typed of terminal.input(ended)) {
      const { bytes, isDetached } = filter?.pass(typed) ?? { bytes: typed, isDetached: false };
      if (bytes.length > 0) await attachment.write(bytes);
      if (isDetached) return leave();
    }
    attachment.endInput();
  } catch (error) {
    // A process may end without reading all of its input, as `head -1` does: its exit code tells whether that was well.
    if (!ended.aborted && !isHungUp(error)) throw error;
  }
}

const hungUpCodes = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);

function isHungUp(error: unknown): boolean {
  const cause = Error.isError(error) && Error.isError(error.cause) ? error.cause : error;
  return Error.isError(cause) && "code" in cause && hungUpCodes.has(String(cause.code));
}

/** A process that is already gone has no window to resize: no reason to complain. */
async function tellSize(terminal: Terminal, resize: Resize): Promise<void> {
  const size = terminal.size();
  if (size !== undefined) await resize(size).catch(() => {});
}

function listening(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener();
  signal.addEventListener("abort", listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", listener) };
}
