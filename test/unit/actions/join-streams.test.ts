import { describe, expect, test } from "vitest";
import { joinStreams, type JoinOptions } from "../../../src/actions/join-streams.ts";
import type { Terminal } from "../../../src/actions/terminal.ts";
import type { Attachment, OutputChunk } from "../../../src/engine/engine.ts";

/** A process that answers every piece of input in capitals, and ends when its input does or when it reads `exit`. */
function shouter(): Attachment & { readonly wasLeft: () => boolean } {
  const answers: OutputChunk[] = [];
  let wake = (): void => {};
  let isOver = false;
  let wasLeft = false;
  const end = (): void => {
    isOver = true;
    wake();
  };
  return {
    wasLeft: () => wasLeft,
    output: (async function* () {
      for (;;) {
        yield* answers.splice(0);
        if (isOver) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    })(),
    async write(bytes) {
      const text = Buffer.from(bytes).toString();
      if (isOver) throw Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
      if (text === "exit") return end();
      answers.push({ stream: "stdout", bytes: Buffer.from(text.toUpperCase()) });
      wake();
    },
    endInput: end,
    async [Symbol.asyncDispose]() {
      wasLeft = true;
      end();
    },
  };
}

interface TestTerminal extends Terminal {
  readonly shown: () => string;
  readonly isRaw: () => boolean;
  readonly wasRaw: () => boolean;
}

function terminalTyping(...typed: readonly string[]): TestTerminal {
  let shown = "";
  let isRaw = false;
  let wasRaw = false;
  return {
    shown: () => shown,
    isRaw: () => isRaw,
    wasRaw: () => wasRaw,
    async *input() {
      for (const text of typed) yield Buffer.from(text);
    },
    write: ({ bytes }) => void (shown += Buffer.from(bytes).toString()),
    enterRawMode() {
      isRaw = wasRaw = true;
      return { [Symbol.dispose]: () => void (isRaw = false) };
    },
    size: () => ({ rows: 24, columns: 80 }),
    onResize: () => ({ [Symbol.dispose]: () => {} }),
  };
}

const never = new AbortController().signal;
const join = (attachment: Attachment, terminal: Terminal, options: Partial<JoinOptions> = {}): Promise<string> =>
  joinStreams(attachment, terminal, { isInteractive: true, signal: never, ...options });

describe("joined streams", () => {
  test("pass on input and its end, and show what comes back", async () => {
    const terminal = terminalTyping("a", "b");
    expect(await join(shouter(), terminal)).toBe("ended");
    expect(terminal.shown()).toBe("AB");
    expect(terminal.wasRaw()).toBe(false);
  });

  test("end with the process, whatever is still to be typed", async () => {
    const terminal = terminalTyping("a", "exit", "b", "c");
    expect(await join(shouter(), terminal)).toBe("ended");
    expect(terminal.shown()).toBe("A");
  });

  test("read nothing unless asked", async () => {
    const process = shouter();
    const joined = join(process, terminalTyping("a"), { isInteractive: false });
    process.endInput();
    expect(await joined).toBe("ended");
  });

  test("of a terminal are raw meanwhile, and tell its size", async () => {
    const sizes: unknown[] = [];
    const terminal = terminalTyping("a");
    const tty = { resize: async (size: unknown) => void sizes.push(size) };
    await join(shouter(), terminal, { tty });
    expect([terminal.wasRaw(), terminal.isRaw()]).toEqual([true, false]);
    expect(sizes[0]).toEqual({ rows: 24, columns: 80 });
  });

  test("leave the process running at the detach keys, and pass on what came before", async () => {
    const process = shouter();
    const terminal = terminalTyping("a", "b\u0010", "\u0011", "c");
    expect(await join(process, terminal, { tty: { resize: async () => {} } })).toBe("left");
    expect(process.wasLeft()).toBe(true);
    expect(terminal.shown()).toBe("AB");
  });

  test("have no detach keys without a terminal", async () => {
    const terminal = terminalTyping("a\u0010\u0011b");
    expect(await join(shouter(), terminal)).toBe("ended");
    expect(terminal.shown()).toBe("A\u0010\u0011B");
  });

  test("are left when the signal fires", async () => {
    const leave = new AbortController();
    const process = shouter();
    const joined = join(process, terminalTyping(), { isInteractive: false, signal: leave.signal });
    leave.abort();
    expect(await joined).toBe("left");
    expect(process.wasLeft()).toBe(true);
  });
});
