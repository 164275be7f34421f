import { renameSync, writeFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { describeOutcome, start, tscompose } from "../support/tool.ts";
import { begin, sleeper, type WatchWorld } from "../support/watch-world.ts";
import { containerTree, Watching } from "../support/watching.ts";

describe("watch", () => {
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
    command: sleep infinity
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

    const starts = [await startOf(world)];
    await world.change((at) => writeFile(at("settings"), "two"));
    await watching.says(/web: restarting \(settings\)/);
    await watching.says(/web: restarted/);
    expect(await world.read("web-1", "/etc/settings")).toBe("two");
    starts.push(await startOf(world));
    await world.change((at) => writeFile(at("only"), "two"));
    await watching.says(/web: restarting \(only\)/);
    await watching.says(/web: restarted/);
    starts.push(await startOf(world));
    expect(new Set(starts).size, starts.join()).toBe(3);
  });

  test("a command that does not end keeps neither an edit of the compose file waiting nor Ctrl-C", async () => {
    const compose = (word: string): string =>
      `services: {web: {${sleeper}, develop: {watch: [{path: hook, action: sync+exec, target: /hook, exec: {command: sleep ${word}}}]}}}`;
    await using world = await begin({ "compose.yaml": compose("infinity"), "hook/a": "one" });
    await using watching = await Watching.start(world.project);
    await watching.says(/web: running its command/);
    await world.change((at) => writeFile(at("compose.yaml"), compose("1000000")));
    await watching.says(/web: its command did not succeed .*"sleep infinity" goes on without us/);
    await watching.says(/⦿ watching /);
    await world.change((at) => writeFile(at("hook/a"), "two"));
    await watching.says(/web: running its command/);
    expect((await watching.end()).exitCode).toBe(130);
    expect(watching.said).toContain('"sleep 1000000" goes on without us');
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
    await watching.says(/web: rebuilding \(Dockerfile\)/);
    await watching.says(/web: not rebuilt/);
    expect(await world.read("web-1", "/version")).toBe("one\n");
    await world.change((at) => writeFile(at("src/a"), "two"));
    await watching.says(/not rebuilt/); // tried again, with the same outcome
    await watching.says(/synced in /);
    expect(watching.said.match(/not rebuilt/g)).toHaveLength(2);
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
    await world.change((at) => writeFile(at("compose.yaml"), compose("")));
    await watching.says(/the compose files are as they were/);
    await world.change((at) => writeFile(at("compose.yaml"), compose("environment: {A: 1},")));
    await watching.says(/⦿ watching/);
    await watching.says(/synced in /);
    expect(await variablesOf(world)).toContain("A=1");
    await world.isFollowed("web-1", "/app");
  });

  test("edits of .env and of an included file are applied", async () => {
    await using world = await begin({
      "compose.yaml": "include: [{path: more.yaml}]",
      "more.yaml": serviceWith("A: $WORD"),
      ".env": "WORD=one\n",
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/synced in /);
    await world.change((at) => writeFile(at(".env"), "WORD=two\n"));
    await watching.says(/⦿ watching/);
    expect(await variablesOf(world)).toContain("A=two");
    await world.change((at) => writeFile(at("more.yaml"), serviceWith("A: $WORD, B: three")));
    await watching.says(/⦿ watching/);
    expect(await variablesOf(world)).toContain("B=three");
  });

  test("each service follows its own rules, and a rebuild replaces no other", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  base: { image: busybox, command: sleep infinity, init: true, stop_signal: SIGKILL }
  one:
    build: { context: one }
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: [base]
    develop: { watch: [{ path: one, action: rebuild }] }
  two:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: [one]
    develop: { watch: [{ path: src, action: sync, target: /app }] }
`,
      "one/Dockerfile": "FROM busybox\nCOPY word /\n",
      "one/word": "one",
      "src/a": "one",
    });
    await using watching = await Watching.start(world.project);
    await watching.says(/two: synced in /);
    const before = await ids(world, "base-1", "one-1", "two-1");
    // As editors save: that is one change.
    await world.change(async (at) => {
      writeFileSync(at("one/word.saving"), "two");
      renameSync(at("one/word.saving"), at("one/word"));
    });
    await watching.says(/one: rebuilt/);
    expect(await world.read("one-1", "/word")).toBe("two");
    const after = await ids(world, "base-1", "one-1", "two-1");
    expect(after.map((id, index) => id === before[index])).toEqual([true, false, true]);
    await world.change((at) => writeFile(at("src/a"), "two"));
    await world.isEventuallyFollowed("two-1", "/app", watching);
    expect(watching.said.match(/one: rebuilding/g)).toHaveLength(1);
  });

  test("what cannot be copied, or is not there yet, is told", async () => {
    await using world = await begin({
      "compose.yaml": `
services:
  web:
    ${sleeper.replaceAll(", ", "\n    ")}
    volumes: ["held:/held:ro"]
    develop:
      watch: [{ path: src, action: sync, target: /held }, { path: later, action: sync, target: /later }]
volumes: { held: {} }
`,
      "src/a": "",
    });
    await using watching = await Watching.start(world.project);
    await watching.hasSaid(/later: no such file or folder yet: waiting for it/);
    await watching.hasSaid(
      /not synced, .*read-only.*\n +hint: nothing can be written there: no read_only for the service/,
    );
    await world.change(async (at) => {
      await writeFile(at("beside"), "now");
      await rename(at("beside"), at("later"));
    });
    await watching.hasSaid(/synced in \S+ \(later\)/);
    expect(await world.read("web-1", "/later")).toBe("now");
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
    await watching.hasSaid(/web-1 +\| says one/); // before files were watched, or after it
    await world.change((at) => writeFile(at("word"), "two"));
    await watching.says(/web-1 +\| says two/);
    expect((await watching.end()).exitCode).toBe(130);
    expect(await world.project.belongings()).toEqual(["container web-1", "network default"]);
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

function serviceWith(environment: string): string {
  return `services: {web: {${sleeper}, environment: {${environment}}, develop: {watch: [{path: src, action: sync, target: /app}]}}}`;
}

async function variablesOf(world: WatchWorld): Promise<readonly string[]> {
  return (await inspect(world, "web-1")).Config.Env;
}

async function ids(world: WatchWorld, ...names: readonly string[]): Promise<readonly string[]> {
  return Promise.all(names.map(async (name) => (await inspect(world, name)).Id));
}

/** When a container was started last, which no other start of it shares. */
async function startOf(world: WatchWorld): Promise<string> {
  return (await inspect(world, "web-1")).State.StartedAt;
}

async function inspect(world: WatchWorld, name: string): Promise<Inspected> {
  return (await world.engine.get(`/containers/${world.container(name)}/json`)) as Inspected;
}

interface Inspected {
  readonly Id: string;
  readonly State: { readonly StartedAt: string };
  readonly Config: { readonly Env: readonly string[] };
}

/** Images of the project that a rebuild took the name from. */
async function nameless({ engine, project }: WatchWorld): Promise<readonly unknown[]> {
  const filters = { dangling: ["true"], label: [`com.docker.compose.project=${project.name}`] };
  return (await engine.get(`/images/json?filters=${encodeURIComponent(JSON.stringify(filters))}`)) as unknown[];
}
