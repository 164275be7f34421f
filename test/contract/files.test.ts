import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { readTar } from "../../src/actions/copy/read-tar.ts";
import { tarEnd, tarHeader, tarPadding } from "../../src/execute/tar.ts";
import { testEngines } from "../support/engines.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

async function* archive(path: string, text: string, owner = 0): AsyncIterable<Uint8Array> {
  const content = Buffer.from(text);
  const about = { mode: 0o644, uid: owner, gid: owner, mtimeSeconds: 0, sizeBytes: content.length };
  yield tarHeader({ path, kind: "file", ...about });
  yield content;
  yield tarPadding(content.length);
  yield tarEnd;
}

async function contents(tar: AsyncIterable<Uint8Array>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { path, content } of readTar(tar)) {
    found[path] = Buffer.concat(await Array.fromAsync(content)).toString();
  }
  return found;
}

describe.each(testEngines(inject("embeddedEngine")))("files and measurements on $name", (testEngine) => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox(testEngine);
  });
  afterAll(() => box[Symbol.asyncDispose]());

  test("a path is told by what it leads to, and one that is not there is undefined", async () => {
    const { id } = await box.finish("mkdir /d; ln -s /d /l; echo > /f");
    expect(await box.engine.statPath(id, "/d")).toEqual({ name: "d", isDirectory: true });
    expect(await box.engine.statPath(id, "/f")).toEqual({ name: "f", isDirectory: false });
    expect(await box.engine.statPath(id, "/l")).toMatchObject({ isDirectory: false, linkTarget: "/d" });
    expect(await box.engine.statPath(id, "/nowhere")).toBeUndefined();
  });

  test("what is uploaded as a stream can be downloaded again, running or not", async () => {
    const id = await box.create("true");
    await box.engine.uploadArchive(id, "/tmp", archive("motto", "less is more"));
    expect(await contents(await box.engine.downloadArchive(id, "/tmp/motto"))).toEqual({ motto: "less is more" });
    await expect(box.engine.downloadArchive(id, "/nowhere")).rejects.toMatchObject({ code: "not-found" });
  });

  test("files belong to whom the archive says, or to the container's user when that is asked", async () => {
    const id = await box.create("true", { User: "nobody" });
    const ownerOf = async (path: string): Promise<number | undefined> => {
      for await (const { uid } of readTar(await box.engine.downloadArchive(id, path))) return uid;
      return undefined;
    };
    await box.engine.uploadArchive(id, "/tmp", archive("plain", "", 7));
    await box.engine.uploadArchive(id, "/tmp", archive("given", "", 7), { givesToUser: true });
    expect([await ownerOf("/tmp/plain"), await ownerOf("/tmp/given")]).toEqual([7, 65_534]);
  });

  test("a directory is not replaced by a file when kinds are to be kept", async () => {
    const { id } = await box.finish("mkdir /tmp/d");
    await expect(box.engine.uploadArchive(id, "/tmp", archive("d", ""), { keepKinds: true })).rejects.toThrow();
  });

  test("the whole file system comes as an archive", async () => {
    const { id } = await box.finish("echo > /note");
    const paths: string[] = [];
    for await (const { path } of readTar(box.engine.exportContainer(id))) paths.push(path);
    expect(paths).toContain("note");
  });

  test("an image is made of a container as it is", async () => {
    const { id } = await box.finish("echo changed > /note");
    const reference = `${box.name("image")}:1`;
    const image = await box.engine.commitContainer(id, { reference, changes: ['CMD ["cat", "/note"]'], pause: true });
    const found = await box.engine.inspectImage(reference);
    const other = `${box.name("image")}:2`;
    await box.engine.tagImage(reference, other);
    await box.engine.removeImage(reference);
    expect((await box.engine.inspectImage(other))?.Id).toBe(image);
    await box.engine.removeImage(other);
    expect(await box.engine.inspectImage(other)).toBeUndefined();
    expect(found).toMatchObject({ Id: image, Config: { Cmd: ["cat", "/note"] } });
  });

  test("processes are listed under the engine's titles", async () => {
    const id = await box.run("echo ready; read line", { OpenStdin: true });
    // A process has no command line yet while it starts.
    for await (const _ of box.engine.logs(id, { follow: true, timestamps: false })) break;
    const { Titles, Processes } = await box.engine.listProcesses(id);
    const command = Titles.indexOf("CMD");
    expect(Processes?.map((cells) => cells[command])).toEqual(["/bin/sh -c echo ready; read line"]);
  });

  test("a container is measured once, or on and on", async () => {
    const id = await box.run("exec sleep 100");
    const once = await Array.fromAsync(box.engine.stats(id, { follow: false }));
    expect(once).toHaveLength(1);
    expect(once[0]?.pids_stats?.current).toBe(1);
    const enough = new AbortController();
    let rounds = 0;
    for await (const _ of box.engine.stats(id, { follow: true, signal: enough.signal })) {
      if (++rounds === 2) enough.abort();
    }
    expect(rounds).toBe(2);
  });
});
