import { lstat, mkdtemp, readFile, readdir, readlink, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  diffCopy,
  type FileStat,
  modeBit,
  type Packet,
  packetKind,
} from "../../../../../src/buildkit-api/file-sync.ts";
import { BuildError } from "../../../../../src/embedded/build/build.ts";
import { receiveFolder } from "../../../../../src/embedded/build/buildkit/receive-folder.ts";
import { GrpcConnection } from "../../../../../src/grpc/client.ts";
import { type IncomingCall, serveGrpc, streaming } from "../../../../../src/grpc/server.ts";

const plain: FileStat = {
  path: "",
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  size: 0,
  modTime: 1_000_000_000_000_000_000n,
  linkname: "",
  devmajor: 0,
  devminor: 0,
  xattrs: {},
};

type Converse = (call: IncomingCall<Packet, Packet>) => Promise<void>;

let into = "";
beforeEach(async () => {
  into = await mkdtemp(join(tmpdir(), "tscompose-receive-"));
});
afterEach(() => rm(into, { recursive: true, force: true }));

/** Receives what a client's side says. */
async function receive(converse: Converse, wish: { paths?: string[]; excludes?: string[] } = {}): Promise<void> {
  const [ours, theirs] = duplexPair();
  await using _client = serveGrpc(theirs, [streaming(diffCopy, converse)], { onFault: () => {} });
  await using connection = new GrpcConnection(ours);
  const { signal } = new AbortController();
  await receiveFolder(connection, { name: "context", excludes: [], ...wish, into, signal, onBytes: () => {} });
}

/** A client that lists these files and gives each its content. */
function sender(files: readonly (Partial<FileStat> & { readonly content?: string })[]): Converse {
  return async (call) => {
    for (const { content: _content, ...file } of files)
      await call.send({ kind: packetKind.stat, stat: { ...plain, ...file } });
    await call.send({ kind: packetKind.stat });
    for await (const { kind, id } of call.messages) {
      if (kind === packetKind.fin) break;
      const content = Buffer.from(files[id]?.content ?? "");
      if (content.length > 0) await call.send({ kind: packetKind.data, id, data: content });
      await call.send({ kind: packetKind.data, id });
    }
    await call.send({ kind: packetKind.fin });
  };
}

describe("a client's folder", () => {
  test("comes with names, contents, modes and times, owned by who receives it", async () => {
    const files = [
      { path: "a", mode: modeBit.directory | 0o750 },
      { path: "a/big", content: "x".repeat(3_000_000) },
      { path: "a/ü", mode: modeBit.setuid | 0o755, content: "run" },
      { path: "empty" },
      { path: "fifo", mode: modeBit.namedPipe | 0o644 },
      { path: "link", mode: modeBit.symlink | 0o777, linkname: "/etc/passwd" },
      { path: "twin", linkname: "a/ü" },
    ];
    await receive(sender(files));
    expect((await readdir(into, { recursive: true })).toSorted()).toEqual(
      ["a", "a/big", "a/ü", "empty", "link", "twin"].toSorted(),
    );
    expect((await stat(join(into, "a/big"))).size).toBe(3_000_000);
    expect((await stat(join(into, "a"))).mode & 0o7777).toBe(0o750);
    const twin = await stat(join(into, "twin"));
    expect([twin.mode & 0o7777, twin.nlink, twin.mtimeMs, twin.uid]).toEqual([0o4755, 2, 1e12, process.getuid?.()]);
    expect(await readlink(join(into, "link"))).toBe("/etc/passwd");
    expect((await stat(join(into, "a"))).mtimeMs).toBe(1e12);
  });

  test("is asked for by what is wanted of it, whatever is in the words", async () => {
    const heard: (readonly string[])[] = [];
    const listen: Converse = async (call) => {
      for (const name of ["dir-name", "followpaths", "exclude-patterns", "exclude-patterns-encoded"]) {
        heard.push(call.metadata(name));
      }
      await sender([])(call);
    };
    await receive(listen, { paths: ["Dockerfile", "a*"], excludes: ["ü b", "c+d"] });
    expect(heard).toEqual([["context"], ["Dockerfile", "a*"], ["%C3%BC%20b", "c%2Bd"], ["1"]]);
  });

  test.for([
    ["climbs out", [{ path: "../x", content: "x" }]],
    ["is absolute", [{ path: "/x", content: "x" }]],
    ["is no name", [{ path: "a//x", content: "x" }]],
    [
      "is below a link",
      [
        { path: "l", mode: modeBit.symlink, linkname: "/tmp" },
        { path: "l/x", content: "x" },
      ],
    ],
    ["is below of nothing", [{ path: "a/x", content: "x" }]],
    [
      "comes twice",
      [
        { path: "x", mode: modeBit.symlink, linkname: "/tmp/y" },
        { path: "x", content: "x" },
      ],
    ],
    ["is another name of what is outside", [{ path: "x", linkname: "../../etc/passwd" }]],
    [
      "is another name of a folder",
      [
        { path: "a", mode: modeBit.directory },
        { path: "x", linkname: "a" },
      ],
    ],
  ] as const)("with a file that %s is refused", async ([, files]) => {
    const error: unknown = await receive(sender(files)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BuildError);
    expect((error as BuildError).message).toMatch(/^context: the client sent /);
  });

  test("that the client refuses is told in its words", async () => {
    const refuse: Converse = (call) => call.send({ kind: packetKind.error, data: Buffer.from("no access allowed") });
    await expect(receive(refuse)).rejects.toThrow(/^context: no access allowed$/);
  });

  test("that the client does not send to its end is a failure", async () => {
    const leave: Converse = (call) => call.send({ kind: packetKind.stat, stat: { ...plain, path: "x" } });
    await expect(receive(leave)).rejects.toThrow("the client ended before all files were sent");
  });

  test("with contents that nobody asked for is refused", async () => {
    const push: Converse = (call) => call.send({ kind: packetKind.data, id: 7, data: Buffer.from("x") });
    await expect(receive(push)).rejects.toThrow("contents that were not asked for");
    expect(await lstat(into).then((each) => each.isDirectory())).toBe(true);
    expect(await readFile(join(into, "7")).catch(() => "absent")).toBe("absent");
  });
});
