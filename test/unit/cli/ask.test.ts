import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { askLine, askSecret } from "../../../src/cli/ask.ts";
import type { Io } from "../../../src/cli/io.ts";
import { memoryIo } from "../../support/memory-io.ts";

/** A terminal on which somebody types; tells which modes it was put into. */
function typing(keys: string): { io: Io; shown: () => string; modes: boolean[] } {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => void modes.push(on) });
  stdin.write(keys);
  const io = memoryIo();
  return { io: { ...io, stdin: stdin as unknown as Io["stdin"] }, shown: io.written.stderr, modes };
}

test("a secret is asked for without showing it, and can be corrected", async () => {
  const { io, shown, modes } = typing("sesamx\u007fe é\r");
  expect(await askSecret("Password: ", io)).toBe("sesame é");
  expect(shown()).toBe("Password: \n");
  expect(modes).toEqual([true, false]);
});

test.each(["abc\u0003", "\u0004"])("a secret that is given up (%j) leaves the terminal as it was", async (keys) => {
  const { io, modes } = typing(keys);
  await expect(askSecret("Password: ", io)).rejects.toThrow("nothing was given");
  expect(modes).toEqual([true, false]);
});

test("one thing after the other can be asked", async () => {
  const { io } = typing("me\n");
  expect(await askLine("Username: ", io)).toBe("me");
  (io.stdin as unknown as PassThrough).write("secret\r");
  expect(await askSecret("Password: ", io)).toBe("secret");
});
