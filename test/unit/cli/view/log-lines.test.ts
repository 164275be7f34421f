import { describe, expect, test } from "vitest";
import { LogLines } from "../../../../src/cli/view/log-lines.ts";
import { memoryIo } from "../../../support/memory-io.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe("log lines", () => {
  test("carry prefixes as wide as the longest name", () => {
    const io = memoryIo();
    const lines = new LogLines({ isColored: false, hasPrefix: true });
    lines.register("web-1");
    lines.register("worker-10");
    lines.write(io.stdout, "web-1", bytes("one\n\ntwo\n"));
    lines.write(io.stdout, "worker-10", bytes("three\n"));
    expect(io.written.stdout()).toBe("web-1      | one\nweb-1      | \nweb-1      | two\nworker-10  | three\n");
  });

  test("take colours in the order of Docker Compose, eleventh as first", () => {
    const io = memoryIo();
    const lines = new LogLines({ isColored: true, hasPrefix: true });
    for (let n = 0; n < 11; n++) lines.register(`c${n}`);
    for (const name of ["c0", "c1", "c5", "c10"]) lines.write(io.stdout, name, bytes("x\n"));
    expect(io.written.stdout()).toBe(
      "\u001b[36mc0   | \u001b[0mx\n\u001b[33mc1   | \u001b[0mx\n\u001b[36;1mc5   | \u001b[0mx\n\u001b[36mc10  | \u001b[0mx\n",
    );
  });

  test("pass bytes on unharmed, text or not", () => {
    const written: Uint8Array[] = [];
    const output = {
      isTTY: false,
      write: (data: string | Uint8Array) => void written.push(Buffer.from(data as Uint8Array)),
    };
    const lines = new LogLines({ isColored: false, hasPrefix: true });
    const odd = Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x0d, 0x0a]), bytes("grüße 🚀\n")]);
    lines.write(output, "ü", odd);
    expect(Buffer.concat(written)).toEqual(
      Buffer.concat([bytes("ü  | "), odd.subarray(0, 5), bytes("ü  | "), odd.subarray(5)]),
    );
  });

  test("are left alone without prefixes", () => {
    const io = memoryIo();
    new LogLines({ isColored: true, hasPrefix: false }).write(io.stdout, "a", bytes("x\ny\n"));
    expect(io.written.stdout()).toBe("x\ny\n");
  });

  test("clear the line for a remark only on a terminal", () => {
    for (const isTTY of [true, false]) {
      const io = memoryIo({ isTTY });
      new LogLines({ isColored: false, hasPrefix: true }).note(io.stdout, "web-1", "exited with code 0");
      expect(io.written.stdout()).toBe(`${isTTY ? "\r\u001b[K" : ""}web-1 exited with code 0\n`);
    }
  });
});
