import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Copy } from "../../../src/watch/copy.ts";
import { HostTree } from "../../../src/watch/host-tree.ts";
import { FolderWorkshop } from "../../support/folder-workshop.ts";
import { hostTree } from "../../support/watching.ts";

test("a folder stays in doubt when the file that was to replace it vanishes on the way", async () => {
  await using world = await begin();
  await world.write({ "d/a": "one", "d/e/b": "one", other: "one" });
  await world.catchUp();

  await world.remove("d");
  await world.write({ d: "a file", other: "two" });
  world.workshop.beforeUnpack = () => world.remove("d");
  expect(await world.catchUp()).toMatchObject({ written: ["other"], isComplete: false });

  world.workshop.beforeUnpack = async () => {};
  await world.write({ "d/c": "a folder again" });
  await world.catchUp();
  expect(await world.there()).toEqual(await world.here());
});

test("what was removed while nobody looked is removed; what the container has of its own stays", async () => {
  await using world = await begin();
  await world.write({ a: "one", b: "one", "d/a": "one", "d/e/b": "one", "own/a": "one" });
  await world.catchUp();
  await world.writeThere({ c: "own", "own/b": "own" });

  for (const path of ["a", "d", "own"]) await world.remove(path);
  world.forget();

  expect(await world.catchUp()).toMatchObject({ written: [], removed: ["a", "d", "own/a"] });
  expect(await world.names()).toEqual(["b", "c", "own", "own/b"]);
  world.forget();
  expect(await world.catchUp()).toMatchObject({ written: [], removed: [] });
});

test("what the container made at the place of something else is its own", async () => {
  await using world = await begin();
  await world.write({ a: "one", b: "one" });
  await world.catchUp();

  await world.remove("a");
  await rm(join(world.target, "a"));
  await world.writeThere({ "a/own": "a folder now" });
  world.forget();

  expect(await world.catchUp()).toMatchObject({ removed: [] });
  expect(await world.names()).toEqual(["a", "a/own", "b"]);
});

test("what the rule leaves out now is left alone", async () => {
  await using world = await begin();
  await world.write({ a: "one", b: "one" });
  await world.catchUp();
  await world.remove("a");
  world.forget((path) => path !== "a");
  expect(await world.catchUp()).toMatchObject({ removed: [] });
});

test("a watched file that was removed while nobody looked is removed", async () => {
  await using world = await begin("file");
  await world.write({ file: "one" });
  await world.catchUp();
  await world.remove("file");
  world.forget();
  expect(await world.catchUp()).toMatchObject({ removed: [""] });
  expect(await readdir(join(world.target, ".."))).not.toContain("app");
});

test("renames while nobody looked are followed", async () => {
  await using world = await begin();
  await world.write({ "d/a": "one", b: "one" });
  await world.catchUp();
  await rename(join(world.source, "d"), join(world.source, "f"));
  await rename(join(world.source, "b"), join(world.source, "d"));
  world.forget();
  await world.catchUp();
  expect(await world.there()).toEqual(await world.here());
});

test("a record that the container spoiled tells nothing, and is written anew", async () => {
  await using world = await begin();
  await world.write({ a: "one", b: "one" });
  await world.catchUp();
  const folder = join(world.container, ".tscompose/watch");
  const [name = ""] = await readdir(folder);
  await writeFile(join(folder, name), '{"file":["a","../../etc/passwd",7],"directory":{}');
  await world.remove("a");
  world.forget();
  expect(await world.catchUp()).toMatchObject({ removed: [] });
  await world.remove("b");
  world.forget();
  expect(await world.catchUp()).toMatchObject({ removed: ["b"] });
});

async function begin(watched = ""): Promise<World & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "copy-"));
  const [source, container] = [join(folder, "source"), join(folder, "container")];
  await mkdir(source);
  await mkdir(container);
  const target = join(container, "app");
  const workshop = new FolderWorkshop(container);
  const rule = { path: join(source, watched), action: "sync", target: "/app" } as const;
  const meet = (accepts: (path: string) => boolean): { readonly host: HostTree; readonly copy: Copy } => {
    const watchedRule = { service: "web", rule, root: rule.path, accepts, skips: () => false };
    const host = new HostTree(watchedRule);
    return { host, copy: new Copy({ rule: watchedRule, host }, workshop.replica, workshop) };
  };
  let current = meet(() => true);
  return {
    source,
    container,
    target,
    workshop,
    write: (files) => writeAll(source, files),
    writeThere: (files) => writeAll(target, files),
    remove: (path) => rm(join(source, path), { recursive: true, force: true }),
    async catchUp() {
      await current.host.refresh([""]);
      return current.copy.catchUp();
    },
    forget: (accepts = () => true) => {
      current = meet(accepts);
    },
    here: () => hostTree(source),
    there: () => hostTree(target),
    names: async () => (await hostTree(target)).map((line) => line.replace(/\/? .*/, "")),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

interface World {
  readonly source: string;
  /** The container's root, and what the rule copies to. */
  readonly container: string;
  readonly target: string;
  readonly workshop: FolderWorkshop;
  write(files: Readonly<{ [path: string]: string }>): Promise<void>;
  writeThere(files: Readonly<{ [path: string]: string }>): Promise<void>;
  remove(path: string): Promise<void>;
  catchUp(): ReturnType<Copy["catchUp"]>;
  /** As if watching began anew. */
  forget(accepts?: (path: string) => boolean): void;
  here(): Promise<readonly string[]>;
  there(): Promise<readonly string[]>;
  names(): Promise<readonly string[]>;
}

async function writeAll(folder: string, files: Readonly<{ [path: string]: string }>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
