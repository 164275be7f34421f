import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Tool, tscompose } from "../support/tool.ts";
import { soakWatch } from "../support/watch-soak.ts";
import { begin, sleeper } from "../support/watch-world.ts";
import { containerTree, Watching } from "../support/watching.ts";

describe("watched files", () => {
  test("what happens to files happens to their copies", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/kept": "kept",
      "src/d/removed": "removed",
      "src/d/e/f": "deep",
      "src/renamed": "renamed",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.isFollowed("web-1", "/app");

    await world.change(async (at) => {
      await writeFile(at("src/new"), "new");
      await writeFile(at("src/kept"), "other");
      await rename(at("src/renamed"), at("src/d/moved"));
      await rm(at("src/d/removed"));
      await rename(at("src/d/e"), at("src/moved-folder"));
      await mkdir(at("src/empty/deep"), { recursive: true });
      await symlink("../etc", at("src/link"));
      await symlink("d", at("src/link-to-folder"));
      await chmod(at("src/new"), 0o751);
    });
    await world.isEventuallyFollowed("web-1", "/app", watching);

    await world.change(async (at) => {
      await rm(at("src/d"), { recursive: true });
      await writeFile(at("src/d"), "a file where a folder was");
      await rm(at("src/new"));
      await mkdir(at("src/new"));
      await writeFile(at("src/new/below"), "a folder where a file was");
      // As editors save: beside, and over it.
      await writeFile(at("src/.kept.tmp"), "saved by an editor");
      await rename(at("src/.kept.tmp"), at("src/kept"));
      // Or aside first: what is saved has been away for a moment.
      await rename(at("src/moved-folder/f"), at("src/moved-folder/f~"));
      await writeFile(at("src/moved-folder/f"), "saved by another editor");
      await rm(at("src/moved-folder/f~"));
    });
    await world.isEventuallyFollowed("web-1", "/app", watching);
  });

  test("what changed while nobody watched is caught up on; what the container has of its own stays", async () => {
    await using world = await begin({
      "compose.yaml": `
services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app, initial_sync: true}]}}}`,
      "src/a": "one",
      "src/same": "same",
      "src/removed/b": "one",
      "src/shared/c": "one",
    });
    await using first = await Watching.start(world.project);
    await first.says(/synced in /);
    expect((await first.end()).exitCode).toBe(130);
    await world.exec("web-1", "mkdir /app/node_modules && echo own | tee /app/node_modules/x /app/shared/own");

    await world.change(async (at) => {
      await writeFile(at("src/a"), "two");
      await rm(at("src/removed"), { recursive: true });
      await rm(at("src/shared"), { recursive: true });
    });
    await using second = await Watching.start(world.project, "--no-up");
    await second.says(/synced in \S+ \(a, removed, shared\/c\)/);

    const files = await containerTree(world.engine, world.container("web-1"), "/app");
    expect(files.map((line) => line.split(" ")[0])).toEqual([
      "a",
      "node_modules/",
      "node_modules/x",
      "same",
      "shared/",
      "shared/own",
    ]);
  });

  test("a branch switch of 5,000 files arrives, and a file that is written all the time does not keep others waiting", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
    });
    await world.change(makeBranches);
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    const enough = new AbortController();
    const busy = (async () => {
      for (let count = 0; !enough.signal.aborted; count++)
        await writeFile(join(world.project.directory, "src/busy"), String(count));
    })();
    await world.change(async (at) => git(at("."), "switch", "--quiet", "other"));
    await watching.says(/synced in /);
    enough.abort();
    await busy;
    await world.isEventuallyFollowed("web-1", "/app", watching);
  });

  test("where the kernel watches no more folders, that is said once, and all files are looked at", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`src/d${index}/a`, "one"])),
    });
    // The limit of a user namespace is its own: namespaces(7), user_namespaces(7).
    const limited = within("echo 3 > /proc/sys/user/max_inotify_watches");
    await using watching = await Watching.by(limited, world.project, "watch");
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at("src/d8/b"), "two"));
    await watching.says(/synced in /);
    await world.isFollowed("web-1", "/app");
    expect(watching.said.match(/limit of watched folders is reached/g)).toHaveLength(1);
  });

  test("links on the way are followed, here and in the container", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    build: { context: ., dockerfile_inline: "FROM busybox\\nRUN mkdir -p /real/inner && ln -s /real /app\\n" }
    ${sleeper.replace("image: busybox, ", "").replaceAll(", ", "\n    ")}
    develop: { watch: [{ path: link/inner, action: sync, target: /app/inner }] }
`,
      "src/inner/a": "one",
    });
    await world.change((at) => symlink("src", at("link")));
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.change(async (at) => {
      await writeFile(at("link/inner/a"), "two");
      await mkdir(at("src/inner/d"));
      await writeFile(at("src/inner/d/b"), "one");
    });
    await world.isEventuallyFollowed("web-1", "/real", watching);
    await world.change((at) => rm(at("src/inner/d"), { recursive: true }));
    await world.isEventuallyFollowed("web-1", "/real", watching);
    expect(await containerTree(world.engine, world.container("web-1"), "/")).toContain("app -> /real");
  });

  test("files are removed from a container that has no programs for it", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    build: .
    ${sleeper.replace("image: busybox, ", "").replaceAll(", ", "\n    ")}
    develop: { watch: [{ path: src, action: sync, target: /app }] }
`,
      Dockerfile: "FROM busybox AS all\nFROM scratch\nCOPY --from=all /bin/sleep /bin/\n",
      "src/a": "one",
      "src/d/e/f": "one",
      "src/kept": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.change(async (at) => {
      await rm(at("src/d"), { recursive: true });
      await rename(at("src/a"), at("src/b"));
    });
    await world.isEventuallyFollowed("web-1", "/app", watching);
  });

  test("what may not be read is told, and leaves the rest alone", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/a": "one",
      "src/closed/b": "one",
      "src/secret": "one",
    });
    const stranger = 1234;
    await world.change(async (at) => {
      await chown(at("src/closed"), stranger, stranger);
      await chmod(at("src/closed"), 0o700);
      await chown(at("src/secret"), stranger, stranger);
      await chmod(at("src/secret"), 0o600);
    });
    // Of files of others, the root of a user namespace may do no more than anybody: user_namespaces(7).
    await using watching = await Watching.by(within("true"), world.project, "watch");
    await watching.says(/synced in \S+ \(\., a, closed\)/);
    await watching.hasSaid(/src\/closed: permission denied: not watched/);
    await watching.hasSaid(/src\/secret: EACCES: not copied/);

    await world.change(async (at) => {
      await chmod(at("src/closed"), 0o755);
      await chmod(at("src/secret"), 0o644);
    });
    await world.isEventuallyFollowed("web-1", "/app", watching);
    await world.change((at) => writeFile(at("src/closed/c"), "one"));
    await world.isEventuallyFollowed("web-1", "/app", watching);

    await world.change((at) => chmod(at("src/closed"), 0o700));
    await watching.says(/synced in \S+ \(closed\)/);
    const files = await containerTree(world.engine, world.container("web-1"), "/app/closed");
    expect(files.map((line) => line.split(" ")[0])).toEqual(["b", "c"]);
  });

  test("a thousand random operations lose nothing", async () => {
    const { settledMs } = await soakWatch({ seed: 7, operations: 1000, perRound: 100, patienceMs: 60_000 });
    expect(settledMs).toHaveLength(10);
  });
});

/** Ours, as root of a user namespace of its own, after a command there. */
function within(command: string): Tool {
  const script = `${command} && exec "$0" "$@"`;
  return {
    name: "tscompose",
    command: ["unshare", "--user", "--map-root-user", "sh", "-c", script, ...tscompose.command],
  };
}

/** Two branches of 50 folders of a hundred files: what differs are 2,500 contents, 1,300 and 1,200 files that only one has. */
async function makeBranches(at: (path: string) => string): Promise<void> {
  const fill = async (name: string, from: number, to: number, text: string): Promise<void> => {
    for (let folder = from; folder < to; folder++) {
      await mkdir(at(`src/${name}${folder}`), { recursive: true });
      for (let file = 0; file < 100; file++) await writeFile(at(`src/${name}${folder}/f${file}`), `${text} ${file}`);
    }
  };
  const commit = (): void => {
    git(at("."), "add", "src");
    git(at("."), "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "all");
  };
  git(at("."), "init", "--quiet", "--initial-branch", "one");
  await fill("d", 0, 50, "one");
  commit();
  git(at("."), "switch", "--quiet", "--create", "other");
  await fill("d", 0, 25, "two");
  for (let folder = 25; folder < 38; folder++) await rm(at(`src/d${folder}`), { recursive: true });
  await fill("e", 0, 12, "two");
  commit();
  git(at("."), "switch", "--quiet", "one");
}

function git(directory: string, ...args: readonly string[]): void {
  execFileSync("git", args, { cwd: directory });
}
