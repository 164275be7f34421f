import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TscomposeError } from "../../../src/errors.ts";
import type { Emit } from "../../../src/events.ts";
import { ServiceWatcher } from "../../../src/watch/service-watcher.ts";
import { FolderWorkshop } from "../../support/folder-workshop.ts";
import { hostTree } from "../../support/watching.ts";

test("what comes while an archive is being unpacked goes out in one more", async () => {
  await using world = await begin();
  world.watcher.noticeAll();
  await world.write(["kept"]);
  await world.isFollowed();

  const before = world.archives;
  const names = Array.from({ length: 100 }, (_, index) => `burst/${index}`);
  world.beforeNextUnpack(() => world.write(names));
  await world.write(["first"]);
  await world.isFollowed();
  expect(world.archives - before).toBe(2);
});

test("a folder that is being filled is looked into until nothing more comes, though nobody tells of it", async () => {
  await using world = await begin();
  world.watcher.noticeAll();
  await world.write(["kept"]);
  await world.isFollowed();
  world.beforeNextUnpack(async () => {
    await world.writeUntold(["burst/first"]);
    world.beforeNextUnpack(() => world.writeUntold(["burst/second"]));
  });
  await world.makeFolder("burst");
  await world.isFollowed();
});

test("why a copy fails is told once, and again when a file has changed", async () => {
  await using world = await begin();
  const attempts = world.failAll("mounted read-only");
  for (let count = 1; count <= 3; count++) {
    world.watcher.noticeAll();
    await attempts.reach(count);
  }
  await world.write(["kept"]);
  await attempts.reach(4);
  await world.watcher.stop();
  expect(world.failures).toEqual(["mounted read-only", "mounted read-only"]);
});

async function begin(): Promise<World & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "service-watcher-"));
  const [source, container] = [join(folder, "source"), join(folder, "container")];
  await mkdir(source);
  await mkdir(container);
  const workshop = new FolderWorkshop(container);
  let archives = 0;
  let next = async (): Promise<void> => {};
  workshop.beforeUnpack = async () => {
    archives++;
    const work = next;
    next = async () => {};
    await work();
  };
  const rule = { path: source, action: "sync", target: "/app" } as const;
  const rules = [{ service: "web", rule, root: source, accepts: () => true, skips: () => false }];
  const put = async (name: string): Promise<string> => {
    const path = join(source, name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, name);
    return path;
  };
  let copied = (): void => {};
  const failures: string[] = [];
  const emit: Emit = (event) => {
    if (event.kind === "watch" && event.state === "failed") failures.push(event.message ?? "");
    copied();
  };
  const watcher = new ServiceWatcher({ service: "web", rules, workshop, emit, opened: () => {} });
  return {
    watcher,
    get archives() {
      return archives;
    },
    beforeNextUnpack(work) {
      next = work;
    },
    failures,
    failAll(message) {
      const attempts = new Attempts();
      workshop.beforeUnpack = async () => {
        attempts.add();
        throw new TscomposeError({ code: "operation-failed", message });
      };
      return attempts;
    },
    async write(names) {
      for (const name of names) watcher.notice(await put(name));
    },
    async makeFolder(name) {
      await mkdir(join(source, name));
      watcher.notice(join(source, name));
    },
    async writeUntold(names) {
      for (const name of names) await put(name);
    },
    async isFollowed() {
      const isSame = async (): Promise<boolean> =>
        JSON.stringify(await hostTree(source)) ===
        JSON.stringify(await hostTree(join(container, "app")).catch(() => []));
      for (;;) {
        const told = new Promise<void>((resolve) => (copied = resolve));
        if (await isSame()) return;
        await told;
      }
    },
    async [Symbol.asyncDispose]() {
      await watcher.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** How often something was tried. */
class Attempts {
  #count = 0;
  #wake: () => void = () => {};

  add(): void {
    this.#count++;
    this.#wake();
  }

  async reach(count: number): Promise<void> {
    while (this.#count < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

interface World {
  readonly watcher: ServiceWatcher;
  /** How many have been unpacked, or begun to be. */
  readonly archives: number;
  /** Once: what happens here while the next archive is on its way. */
  beforeNextUnpack(work: () => Promise<void>): void;
  /** Why copies failed, as far as that was told. */
  readonly failures: readonly string[];
  /** From now on nothing can be unpacked. */
  failAll(message: string): Attempts;
  /** Writes files, and tells of each. */
  write(names: readonly string[]): Promise<void>;
  /** Makes a folder, and tells of it. */
  makeFolder(name: string): Promise<void>;
  /** Writes files of which nobody tells. */
  writeUntold(names: readonly string[]): Promise<void>;
  /** Resolves when the container holds the same. */
  isFollowed(): Promise<void>;
}
