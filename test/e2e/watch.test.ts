import { chmod, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, start, type Tool, tscompose } from "../support/tool.ts";
import { soakWatch } from "../support/watch-soak.ts";
import { containerTree, hostTree, Watching } from "../support/watching.ts";

const sleeper = "image: busybox, command: sleep infinity, init: true, stop_signal: SIGKILL";

describe("watch", () => {
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
    });
    await world.isEventuallyFollowed("web-1", "/app", watching);
  });

  test("what changed while nobody watched is caught up on; what the container has of its own stays", async () => {
    await using world = await begin({
      "compose.yaml": `
services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app, initial_sync: true}]}}}`,
      "src/a": "one",
      "src/same": "same",
    });
    await using first = await Watching.start(world.project);
    await first.says(/synced in /);
    expect((await first.end()).exitCode).toBe(130);
    await world.exec("web-1", "mkdir /app/node_modules && echo own > /app/node_modules/x");

    await world.change((at) => writeFile(at("src/a"), "two"));
    await using second = await Watching.start(world.project, "--no-up");
    await second.says(/synced in \S+ \(a\)/);

    expect(await containerTree(world.engine, world.container("web-1"), "/app")).toContainEqual(
      expect.stringMatching(/^node_modules\/x 644 /),
    );
    expect(second.said).not.toContain("same");
  });

  test("every replica is copied to, and one that comes back catches up", async () => {
    await using world = await begin({
      "compose.yaml": `
services: {web: {${sleeper}, scale: 2, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await watching.says(/synced in /);
    await world.engine.send("POST", `/containers/${world.container("web-2")}/stop`);
    await world.change((at) => writeFile(at("src/a"), "two"));
    await watching.says(/synced in \S+web-1 \(a\)/);
    await world.engine.send("POST", `/containers/${world.container("web-2")}/start`);
    await watching.says(/synced in \S+web-2 \(a\)/);
    await world.isFollowed("web-2", "/app");
  });

  test("sync+restart restarts, sync+exec runs its command, restart copies nothing", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    image: busybox
    command: [sh, -c, "echo started; exec sleep infinity"]
    stop_signal: SIGKILL
    develop:
      watch:
        - { path: settings, action: sync+restart, target: /etc/settings }
        - path: hook
          action: sync+exec
          target: /hook
          exec:
            command: [sh, -c, "echo $$WHO ran in $$PWD as $$(id -un) > /tmp/ran"]
            environment: { WHO: it }
            user: root
            working_dir: /var
        - { path: only, action: restart }
`,
      settings: "one",
      "hook/a": "one",
      only: "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/web: ran its command/);
    expect(await world.read("web-1", "/tmp/ran")).toBe("it ran in /var as root\n");

    await world.change((at) => writeFile(at("settings"), "two"));
    await watching.says(/restarted/);
    expect(await world.read("web-1", "/etc/settings")).toBe("two");
    await world.change((at) => writeFile(at("only"), "two"));
    await watching.says(/restarted/);
    expect((await world.engine.logs(world.container("web-1"))).match(/started/g)).toHaveLength(4);
  });

  // The right to administer the system is bit 21. Mounting something would take more: a seccomp filter is as the container's.
  const mayAdminister = "test $$((0x$$(sed -n 's/^CapEff:.//p' /proc/self/status) >> 21 & 1)) = 1";

  test("a command may ask for all privileges", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    ${sleeper.replaceAll(", ", "\n    ")}
    develop:
      watch: [{ path: a, action: sync+exec, target: /a, exec: { command: ["sh", "-c", "${mayAdminister}"], privileged: true } }]
`,
      a: "one",
    });
    await using watching = await Watching.start(world.project);
    // Not every engine may hand them out: then it says so.
    await watching.says(/ran its command|unable to apply caps/);
  });

  test("a rebuild that fails leaves the old container, and is tried again with the next change", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    build: .
    command: sleep infinity
    stop_signal: SIGKILL
    develop: { watch: [{ path: Dockerfile, action: rebuild }, { path: src, action: sync, target: /app }] }
`,
      Dockerfile: "FROM busybox\nRUN echo one > /version\n",
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at("Dockerfile"), "FROM busybox\nRUN exit 3\n"));
    await watching.says(/web: not rebuilt/);
    expect(await world.read("web-1", "/version")).toBe("one\n");
    await world.change((at) => writeFile(at("src/a"), "two"));
    await watching.says(/not rebuilt/); // tried again, with the same outcome
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at("Dockerfile"), "FROM busybox\nRUN echo two > /version\n"));
    await watching.says(/web: rebuilt/);
    await watching.says(/synced in /);
    expect(await world.read("web-1", "/version")).toBe("two\n");
    await world.isFollowed("web-1", "/app");
    expect(await nameless(world)).toEqual([]);
  });

  test("an edit of the compose file is applied; one that is wrong is told, and changes nothing", async () => {
    const compose = (extra: string): string =>
      `services: {web: {${sleeper}, ${extra} develop: {watch: [{path: src, action: sync, target: /app}]}}}`;
    await using world = await begin({ "compose.yaml": compose(""), "src/a": "one" });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at("compose.yaml"), compose("environmnt: {A: 1},")));
    await watching.says(/compose\.yaml:1:\d+ services\.web\.environmnt: unknown key/);
    await world.change((at) => writeFile(at("compose.yaml"), compose("environment: {A: 1},")));
    await watching.says(/⦿ watching/);
    await watching.says(/synced in /);
    const inspected = (await world.engine.get(`/containers/${world.container("web-1")}/json`)) as Inspected;
    expect(inspected.Config.Env).toContain("A=1");
    await world.isFollowed("web-1", "/app");
  });

  test("what is left out stays out, what is mounted is not copied", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    ${sleeper.replaceAll(", ", "\n    ")}
    volumes: [./mounted:/mounted]
    develop:
      watch:
        - { path: src, action: sync, target: /app, ignore: [left/, "*.log"], include: ["**/*.ts", left] }
        - { path: mounted, action: sync, target: /mounted/below }
`,
      "src/a.ts": "",
      "src/b.js": "",
      "src/c.log": "",
      "src/left/d.ts": "",
      "src/e/f.ts": "",
      "mounted/a": "",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    const files = await containerTree(world.engine, world.container("web-1"), "/app");
    expect(files.map((line) => line.split(" ")[0])).toEqual(["a.ts", "e/", "e/f.ts"]);
    await watching.hasSaid(/\/mounted\/below is not copied to: this machine's own folder is mounted at \/mounted/);
  });

  test("thousands of files at once arrive, and a file that is written all the time does not keep others waiting", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    const enough = new AbortController();
    const busy = (async () => {
      for (let count = 0; !enough.signal.aborted; count++)
        await writeFile(join(world.project.directory, "src/busy"), String(count));
    })();
    await world.change(async (at) => {
      for (let folder = 0; folder < 50; folder++) {
        await mkdir(at(`src/d${folder}`));
        for (let file = 0; file < 100; file++) await writeFile(at(`src/d${folder}/f${file}`), `${folder} ${file}`);
      }
    });
    await watching.says(/synced in /);
    enough.abort();
    await busy;
    await world.isEventuallyFollowed("web-1", "/app", watching);
  });

  test("--verify finds and repairs what changed in the container", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project, "--verify");
    await watching.says(/synced in /);
    await world.exec("web-1", "echo changed in the container > /app/a");
    await world.change((at) => writeFile(at("src/b"), "quiet follows"));
    await watching.says(/repaired in \S+ \(a\)/);
    await world.isFollowed("web-1", "/app");
  });

  test("up --watch shows what containers say, also after a restart, until Ctrl-C", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    image: busybox
    command: [sh, -c, "echo says $$(cat /word); exec sleep infinity"]
    stop_signal: SIGKILL
    develop: { watch: [{ path: word, action: sync+restart, target: /word }] }
`,
      word: "one",
    });
    await using watching = await Watching.run(world.project, "up", "--watch");
    await watching.says(/web-1 +\| says one/);
    await world.change((at) => writeFile(at("word"), "two"));
    await watching.says(/web-1 +\| says two/);
    expect((await watching.end()).exitCode).toBe(130);
    expect(await world.project.belongings()).toEqual(["container web-1", "network default"]);
  });

  test("a thousand random operations lose nothing", async () => {
    const { settledMs } = await soakWatch({ seed: 7, operations: 1000, perRound: 100, patienceMs: 60_000 });
    expect(settledMs).toHaveLength(10);
  });

  test("where the kernel watches no more folders, that is said once, and all files are looked at", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      ...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`src/d${index}/a`, "one"])),
    });
    // The limit of a user namespace is its own: namespaces(7), user_namespaces(7).
    const limited = 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$0" "$@"';
    const tool: Tool = {
      name: "tscompose",
      command: ["unshare", "--user", "--map-root-user", "sh", "-c", limited, ...tscompose.command],
    };
    await using watching = await Watching.by(tool, world.project, "watch");
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at("src/d8/b"), "two"));
    await watching.says(/synced in /);
    await world.isFollowed("web-1", "/app");
    expect(watching.said.match(/limit of watched folders is reached/g)).toHaveLength(1);
  });

  test("--no-up starts nothing", async () => {
    await using world = await begin({
      "compose.yaml": `services: {web: {${sleeper}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`,
      "src/a": "one",
    });
    await using watching = await Watching.run(world.project, "watch", "--no-up");
    expect((await watching.end()).exitCode).toBe(130);
    expect(await world.project.belongings()).toEqual([]);
  });

  test("who has no rules is told how to write one", async () => {
    await using world = await begin({ "compose.yaml": `services: {web: {${sleeper}}}` });
    const outcome = await start(tscompose, ["watch"], { directory: world.project.directory }).outcome;
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
    expect(outcome.stderr).toMatch(/none of the services has a develop.watch.*\n.*hint: for example develop:/);
  });
});

interface Inspected {
  readonly Config: { readonly Env: readonly string[] };
}

interface World extends AsyncDisposable {
  readonly engine: EngineApi;
  readonly project: TestProject;
  container(name: string): string;
  change(work: (at: (path: string) => string) => Promise<unknown>): Promise<void>;
  exec(container: string, script: string): Promise<void>;
  read(container: string, path: string): Promise<string>;
  isFollowed(container: string, folder: string): Promise<void>;
  isEventuallyFollowed(container: string, folder: string, watching: Watching): Promise<void>;
}

/** Images of the project that a rebuild took the name from. */
async function nameless({ engine, project }: World): Promise<readonly unknown[]> {
  const filters = { dangling: ["true"], label: [`com.docker.compose.project=${project.name}`] };
  return (await engine.get(`/images/json?filters=${encodeURIComponent(JSON.stringify(filters))}`)) as unknown[];
}

async function begin(files: Readonly<Record<string, string>>): Promise<World> {
  const engine = new EngineApi();
  const project = await TestProject.create(files, engine);
  const container = (name: string): string => `${project.name}-${name}`;
  const isFollowed = async (name: string, folder: string): Promise<void> =>
    expect(await containerTree(engine, container(name), folder)).toEqual(
      await hostTree(join(project.directory, "src")),
    );
  return {
    engine,
    project,
    container,
    isFollowed,
    async change(work) {
      await work((path) => join(project.directory, path));
    },
    async exec(name, script) {
      const body = { Cmd: ["sh", "-c", script], AttachStdout: true };
      const { Id } = (await engine.post(`/containers/${container(name)}/exec`, body)) as { Id: string };
      await engine.send("POST", `/exec/${Id}/start`, { Detach: false });
    },
    async read(name, path) {
      const body = { Cmd: ["cat", path], AttachStdout: true, Tty: true };
      const { Id } = (await engine.post(`/containers/${container(name)}/exec`, body)) as { Id: string };
      return (await engine.postForBytes(`/exec/${Id}/start`, { Tty: true })).toString().replaceAll("\r", "");
    },
    /** Looks again whenever something was copied. */
    async isEventuallyFollowed(name, folder, watching) {
      for (;;) {
        try {
          return await isFollowed(name, folder);
        } catch (error) {
          await watching.says(/synced in /).catch(() => {
            throw error;
          });
        }
      }
    },
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}
