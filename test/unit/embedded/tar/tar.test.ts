import { describe, expect, test } from "vitest";
import { TarError } from "../../../../src/embedded/tar/entry.ts";
import { paxRecord } from "../../../../src/embedded/tar/pax.ts";
import { readTar } from "../../../../src/embedded/tar/read-tar.ts";
import { type WantedEntry, archiveOf, once } from "../../../support/tar-members.ts";

const entries: readonly WantedEntry[] = [
  { name: "etc/", kind: "directory", mode: 0o1755, mtime: "1700000000.123456789" },
  { name: `etc/${"long/".repeat(40)}name`, text: "content", uid: 4_000_000_000, gid: 1000 },
  { name: "caf\u00e9 in latin-1", text: "x".repeat(1000), mode: 0o4755 },
  { name: "link", kind: "symlink", linkName: "/usr/".repeat(50) },
  { name: "hard", kind: "hardlink", linkName: "caf\u00e9 in latin-1" },
  { name: "null", kind: "character-device", device: { major: 1, minor: 3 } },
  { name: "disk", kind: "block-device", device: { major: 259, minor: 1_048_575 } },
  { name: "pipe", kind: "fifo", mtime: "-1.5" },
  { name: "able", text: "", xattrs: new Map([["security.capability", "\u0001\u0000\u0000\u0002=\n\u00ff"]]) },
];

describe("a tar archive", () => {
  test.each([1, 7, 511, 512, 65_536])("is read as it was written, in chunks of %i bytes", async (chunkBytes) => {
    const read: WantedEntry[] = [];
    for await (const { entry, content } of readTar(once(await archiveOf(entries), chunkBytes))) {
      const { sizeBytes, ...rest } = entry;
      const bytes = Buffer.concat(await Array.fromAsync(content));
      expect(bytes.length).toBe(sizeBytes);
      read.push({ ...rest, text: bytes.toString() });
    }
    expect(read).toMatchObject(entries);
  });

  test("gives the rest of a content that nobody wanted, and everything beside contents as framing", async () => {
    const archive = await archiveOf(entries);
    const parts: Buffer[] = [];
    const found: string[] = [];
    for await (const { entry, content } of readTar(once(archive, 300), (bytes) => void parts.push(bytes))) {
      found.push(entry.name);
      if (entry.name === "caf\u00e9 in latin-1") continue;
      for await (const bytes of content) parts.push(bytes);
    }
    expect(found).toEqual(entries.map(({ name }) => name));
    expect(Buffer.concat(parts).length).toBe(archive.length - 1000);
  });

  const raw = (
    type: string,
    patch: (block: Buffer) => void = () => {},
    after: Uint8Array = new Uint8Array(),
  ): Buffer => {
    const block = Buffer.alloc(512);
    block.write("name");
    block.write("0000644\u00000000000\u00000000000\u000000000000000\u000000000000000\u0000", 100);
    block.write(type, 156);
    block.write("ustar\u000000", 257);
    patch(block);
    block.write(" ".repeat(8), 148);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
    const padding = Buffer.alloc((512 - (after.length % 512)) % 512);
    return Buffer.concat([block, after, padding, Buffer.alloc(1024)]);
  };
  const pax = (text: string): Buffer => {
    const body = Buffer.from(text, "latin1");
    const head = raw("x", (block) => block.write(body.length.toString(8).padStart(11, "0"), 124), body);
    return Buffer.concat([head.subarray(0, -1024), raw("0")]);
  };
  const size = (digits: string) => (block: Buffer) => void block.write(digits, 124, "latin1");

  test.each<[string, Buffer, RegExp]>([
    ["that is none", Buffer.from("hello ".repeat(200)), /checksum/],
    ["cut off in a header", raw("0").subarray(0, 300), /checksum/],
    ["cut off in a content", raw("0", size("00000010000")).subarray(0, 700), /ends/],
    ["with a size below zero", raw("0", (block) => void block.fill(0xff, 124, 136)), /negative/],
    [
      "with a size beyond all disks",
      raw("0", (block) => void block.fill(0x7f, 125, 136).writeUInt8(0x80, 124)),
      /range/,
    ],
    ["with a size in letters", raw("0", size("abcdefghijk")), /octal/],
    ["with a header of a gigabyte", raw("x", size("10000000000")), /too long/],
    ["with a name of a gigabyte", raw("L", size("10000000000")), /too long/],
    ["with a pax record longer than its header", pax("900 path=x\n"), /pax record/],
    ["with a pax record without length", pax("path=x\n"), /pax record/],
    ["with a pax record of no length", pax("0 path=x\n"), /pax record/],
    ["with a zero in a name", pax(paxRecord("path", "a\u0000b")), /zero byte/],
    ["with a name longer than any path", pax(paxRecord("path", "a/".repeat(3000))), /too long/],
    ["with a link longer than any path", pax(paxRecord("linkpath", "a/".repeat(3000))), /too long/],
    ["with a size in words", pax(paxRecord("size", "ten")), /no number/],
    ["with an owner below zero", pax(paxRecord("uid", "-1")), /no number/],
    ["with a time of a day", pax(paxRecord("mtime", "tomorrow")), /no time/],
    ["with sparse files of pax", pax(paxRecord("GNU.sparse.name", "/etc/passwd")), /sparse/],
    ["with sparse files of GNU", raw("S"), /sparse/],
    ["with an unknown type", raw("Z"), /unknown type/],
  ])("%s is refused", async (_, archive, message) => {
    const all = Array.fromAsync(readTar(once(archive)));
    await expect(all).rejects.toThrow(TarError);
    await expect(Array.fromAsync(readTar(once(archive)))).rejects.toThrow(message);
  });

  test("counts no content for what can have none, whatever its size says", async () => {
    const archive = raw("2", size("00000001000"));
    const members = await Array.fromAsync(readTar(once(archive)));
    expect(members.map(({ entry }) => [entry.kind, entry.sizeBytes])).toEqual([["symlink", 0]]);
  });
});
