import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EngineProcess } from "../../support/engine-process.ts";
import { freePort } from "../../support/free-port.ts";
import { describeOutcome, dockerCompose, type Outcome, start, type Tool } from "../../support/tool.ts";

const docker: Tool = { name: "docker", command: ["docker"] };
const guestbook = new URL("../../../examples/guestbook/", import.meta.url);

describe("the docker CLI drives the engine", () => {
  let engine: EngineProcess;
  let directory: string;
  beforeAll(async () => {
    engine = await EngineProcess.start("cli");
    directory = await mkdtemp(join(engine.folder, "cli-"));
    await engine.borrow("busybox:latest");
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    expect(engine.faults).toEqual([]);
  });

  /** Asks for no proxy of the machine's and no configuration of its user. */
  const environment = (): Readonly<Record<string, string>> => ({
    DOCKER_HOST: engine.api.address,
    DOCKER_CONFIG: join(directory, "config"),
  });

  const outcomeOf = (tool: Tool, args: readonly string[], input = ""): Promise<Outcome> =>
    start(tool, args, { directory, environment: environment(), input }).outcome;

  /** What a command says that succeeds. */
  async function say(...args: readonly string[]): Promise<string> {
    const outcome = await outcomeOf(docker, args);
    if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
    return outcome.stdout.trimEnd();
  }

  /** Runs a container that stays, under a name of its own. */
  const stay = (name: string, script = "exec sleep 1000"): Promise<string> =>
    say("run", "-d", "--stop-signal", "KILL", "--name", name, "busybox", "sh", "-c", script);

  test("run tells output apart and the exit code, and takes input", async () => {
    const script = "cat; echo err >&2; exit 3";
    const outcome = await outcomeOf(docker, ["run", "--rm", "-i", "busybox", "sh", "-c", script], "typed\n");
    expect(outcome).toMatchObject({ exitCode: 3, stdout: "typed\n", stderr: "err\n" });
    expect(await say("ps", "-aq")).toBe("");
  });

  test.each([
    ["no such program", ["busybox", "nope"], 127, /exec: "nope": executable file not found in \$PATH/],
    ["no program", ["busybox", "/etc"], 126, /permission denied|is a directory/],
    ["no such image", ["--pull=never", "nope:1"], 125, /No such image: nope:1/],
  ])("run of %s fails as it does with dockerd", async (_, args, exitCode, said) => {
    const outcome = await outcomeOf(docker, ["run", "--rm", ...args]);
    expect(outcome).toMatchObject({ exitCode, stderr: expect.stringMatching(said) as string });
  });

  test("ps, port, inspect and top show a container that runs", async () => {
    await stay("shown", "mkfifo /never; echo up; read _ </never");
    // A process has no command line yet while it starts.
    while ((await say("logs", "shown")) !== "up");
    expect(await say("ps", "--format", "{{.Names}} {{.Image}} {{.State}}")).toBe("shown busybox running");
    expect(await say("inspect", "--format", "{{.State.Status}} {{.Config.Image}}", "shown")).toBe("running busybox");
    expect(await say("top", "shown", "-o", "pid,args")).toMatch(
      /^ *PID +COMMAND\n *\d+ +sh -c mkfifo \/never; echo up; read _ <\/never$/,
    );
    await say("rm", "-f", "shown");
  });

  test("exec -it has a terminal, a user, a folder, variables and an exit code", async () => {
    await stay("shell");
    const line = "docker exec -it -u 1000 -w /tmp -e WORD=said shell sh -c 'tty; id -u; pwd; echo $WORD; exit 4'";
    const terminal: Tool = { name: "script", command: ["script", "-qec", line, "/dev/null"] };
    const { exitCode, stdout } = await outcomeOf(terminal, []);
    // script(1) has no input, and types a zero byte for the end of that: the terminal shows it wherever it comes.
    expect(
      stdout
        .replaceAll(/\r|\^@/g, "")
        .trimEnd()
        .split("\n")
        .slice(-4),
    ).toEqual(expect.arrayContaining(["1000", "/tmp", "said"]));
    expect(stdout).toMatch(/\/dev\/pts\/\d/);
    expect(exitCode).toBe(4);
    await say("rm", "-f", "shell");
  });

  test("logs -f follows until the container ends", async () => {
    await stay("talker", "echo one; read _ </dev/null; exec sleep 1000");
    const following = start(docker, ["logs", "-f", "talker"], { directory, environment: environment() });
    await once(following.process.stdout ?? following.process, "data");
    await say("stop", "talker");
    expect(await following.outcome).toMatchObject({ exitCode: 0, stdout: "one\n" });
    await say("rm", "talker");
  });

  test("cp takes files in and out", async () => {
    await stay("box");
    await writeFile(join(directory, "in"), "content");
    await say("cp", "in", "box:/tmp/there");
    expect(await say("exec", "box", "cat", "/tmp/there")).toBe("content");
    await say("cp", "box:/tmp/there", "out");
    expect(await readFile(join(directory, "out"), "utf8")).toBe("content");
    expect(await say("diff", "box")).toContain("A /tmp/there");
    await say("rm", "-f", "box");
  });

  test("stats, update, pause, rename, kill and wait work on one that runs", async () => {
    await stay("busy");
    await say("update", "--memory", "64m", "--memory-swap", "64m", "busy");
    // The CLI shows dashes for what it does not get within two seconds of its own.
    let shown = "--";
    while (shown.includes("--")) {
      shown = await say("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}} {{.PIDs}}", "busy");
    }
    expect(shown).toMatch(/^busy \S+ \/ 64MiB 1$/);
    await say("pause", "busy");
    expect(await say("ps", "--format", "{{.Status}}")).toMatch(/\(Paused\)$/);
    await say("unpause", "busy");
    await say("rename", "busy", "done");
    const waiting = say("wait", "done");
    await say("kill", "done");
    expect(await waiting).toBe("137");
    await say("rm", "done");
  });

  test("commit makes an image, and events tell of it", async () => {
    await stay("origin");
    const since = String(Date.now() / 1000);
    await say("commit", "origin", "made:1");
    const until = String(Date.now() / 1000);
    const told = await say("events", "--since", since, "--until", until, "--filter", "event=commit");
    expect(told).toMatch(/imageRef=made:1[,)]/);
    expect(await say("images", "--format", "{{.Repository}}:{{.Tag}}", "made")).toBe("made:1");
    await say("rmi", "made:1");
    await say("rm", "-f", "origin");
  });

  test("network and volume are made, listed, inspected, used and removed", async () => {
    await say("network", "create", "--subnet", "10.213.7.0/24", "net");
    await say("volume", "create", "--label", "a=b", "vol");
    expect(await say("network", "ls", "--format", "{{.Name}} {{.Driver}}")).toMatch(/^net bridge$/m);
    expect(await say("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "net")).toBe("10.213.7.0/24");
    expect(await say("volume", "ls", "-q", "--filter", "label=a=b")).toBe("vol");
    const use = ["run", "--rm", "--network", "net", "-v", "vol:/data", "busybox", "sh", "-c"];
    expect(await say(...use, "echo kept >/data/file; hostname -i")).toBe("10.213.7.2");
    expect(await say(...use, "cat /data/file")).toBe("kept");
    expect(await say("volume", "inspect", "-f", "{{.Driver}} {{.Labels.a}}", "vol")).toBe("local b");
    await say("network", "rm", "net");
    await say("volume", "rm", "vol");
  });

  test("system tells what there is and takes away what nobody uses", async () => {
    await say("create", "--name", "unused", "busybox");
    expect(await say("system", "df", "--format", "{{.Type}} {{.TotalCount}}")).toMatch(/^Containers 1$/m);
    expect(await say("system", "info", "--format", "{{.Driver}} {{.Containers}}")).toBe("overlay2 1");
    await say("system", "prune", "-f");
    expect(await say("ps", "-aq")).toBe("");
  });

  test.skipIf(dockerCompose === undefined || !hasImages("nginx:alpine", "postgres:15-alpine", "node:24"))(
    "docker compose starts the guestbook, runs commands in it, reads its logs and takes it down",
    async () => {
      const tool = dockerCompose;
      if (tool === undefined) throw new Error("no docker compose");
      for (const image of ["nginx:alpine", "postgres:15-alpine", "node:24"]) await engine.borrow(image);
      await cp(guestbook, join(directory, "guestbook"), { recursive: true });
      const port = String(await freePort());
      const compose = async (...args: readonly string[]): Promise<string> => {
        const outcome = await start(tool, args, {
          directory: join(directory, "guestbook"),
          environment: { ...environment(), GUESTBOOK_PORT: port, DOCKER_BUILDKIT: "0", COMPOSE_BAKE: "false" },
        }).outcome;
        if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
        return outcome.stdout;
      };
      await compose("up", "-d", "--build", "--wait");
      const entries = `http://127.0.0.1:${port}/api/entries`;
      expect((await fetch(entries, { method: "POST", body: '{"name":"Ann","message":"was here"}' })).ok).toBe(true);
      expect(await (await fetch(entries)).text()).toContain("was here");
      expect(await compose("exec", "-T", "db", "id", "-un")).toBe("root\n");
      expect(await compose("logs", "db")).toContain("database system is ready to accept connections");
      expect((await compose("ps", "--services", "--status", "running")).split("\n").toSorted()).toEqual(
        ["", "api", "db", "web"].toSorted(),
      );
      await compose("down", "-v", "--rmi", "local");
      const ofProject = ["-q", "--filter", "label=com.docker.compose.project=guestbook"];
      expect(await say("ps", "-a", ...ofProject)).toBe("");
      expect(await say("volume", "ls", ...ofProject)).toBe("");
      expect(await say("network", "ls", ...ofProject)).toBe("");
      await rm(join(directory, "guestbook"), { recursive: true });
    },
  );
});

/** Whether the engine of this run has images to lend. */
function hasImages(...names: readonly string[]): boolean {
  return spawnSync("docker", ["image", "inspect", ...names], { stdio: "ignore" }).status === 0;
}
