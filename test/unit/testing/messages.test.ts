import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heard, say, type Wish } from "../../../src/testing/lease/messages.ts";

test("somebody who dies with something left to read has said all there is, and breaks nothing", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tscompose-messages-"));
  const server = createServer();
  try {
    const path = join(folder, "socket");
    await once(server.listen(path), "listening");
    const accepted = once(server, "connection") as Promise<[Socket]>;
    const client = connect({ path }).pause();
    await once(client, "connect");
    say(client, { kind: "release" });
    const [socket] = await accepted;
    socket.on("error", () => {});
    const wishes: Wish[] = [];
    for await (const wish of heard<Wish>(socket)) {
      wishes.push(wish);
      // The kernel tells whoever wrote what is never read.
      socket.write("unread\n", () => client.destroy());
    }
    expect(wishes).toEqual([{ kind: "release" }]);
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});
