import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { demultiplex, EngineApi } from "../../support/engine-api.ts";
import { freePort } from "../../support/free-port.ts";
import { describeOutcome, type Outcome, start, type Tool, tscompose } from "../../support/tool.ts";

/** A user of every machine that nobody runs anything as. */
const user = { name: "daemon", id: 1 };
const lent = `${user.name}:700000:65536\n`;

/** What the machine lets its users have: as this user sees it, and nobody else. */
interface Grants {
  /** Further numbers of users. */
  readonly subordinates: string;
  /** Programs that are not installed. */
  readonly without: readonly string[];
}

describe("the engine of an ordinary user", () => {
  let folder: string;
  let api: EngineApi;
  let grants: Grants;
  beforeEach(async () => {
    grants = { subordinates: lent, without: [] };
    folder = await mkdtemp(join(tmpdir(), "tscompose-rootless-"));
    await mkdir(join(folder, "home"));
    await mkdir(join(folder, "run"), { mode: 0o700 });
    // As distributions have it; here it may be for root only.
    await promisify(execFile)("mknod", ["-m", "666", join(folder, "tun"), "c", "10", "200"]);
    for (const path of ["home", "run"]) await chown(join(folder, path), user.id, user.id);
    await chmod(folder, 0o755);
    api = new EngineApi(`unix://${join(folder, "run/tscompose/engine.sock")}`);
  });
  afterEach(async () => {
    const outcome = await run("engine", "reset", "--force");
    if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
    expect(await processesIn(folder)).toEqual([]);
    expect(await readdir(join(folder, "run"))).toEqual([]);
    expect(await readdir(join(folder, "home/.local/share"))).toEqual([]);
    await rm(folder, { recursive: true });
  });

  /** Runs tscompose as the user, with nothing of this process's environment. */
  async function run(...args: readonly string[]): Promise<Outcome> {
    await writeFile(join(folder, "subordinates"), grants.subordinates);
    const mounts = [
      `mount --bind ${folder}/tun /dev/net/tun`,
      ...["/etc/subuid", "/etc/subgid"].map((path) => `mount --bind ${folder}/subordinates ${path}`),
      ...grants.without.map((name) => `mount --bind /dev/null "$(command -v ${name})"`),
    ];
    const places = [`HOME=${folder}/home`, `XDG_RUNTIME_DIR=${folder}/run`, "TSCOMPOSE_ENGINE=embedded"];
    const become = `exec setpriv --reuid=${user.id} --regid=${user.id} --clear-groups env -i "$@"`;
    const asUser: Tool = {
      name: "tscompose",
      command: [
        "unshare",
        "--mount",
        "sh",
        "-c",
        `${mounts.join(" && ")} && ${become}`,
        "sh",
        ...places,
        "PATH=/usr/bin:/bin",
        ...tscompose.command,
      ],
    };
    return start(asUser, args, { directory: folder }).outcome;
  }

  async function up(): Promise<void> {
    const outcome = await run("engine", "start");
    if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
    await api.upload("/images/load", await new EngineApi().download("/images/busybox/get"));
  }

  async function runContainer(command: string, body: object = {}): Promise<string> {
    const wish = { Image: "busybox", Cmd: ["sh", "-c", command], StopSignal: "SIGKILL", ...body };
    const { Id } = (await api.post("/containers/create", wish)) as { Id: string };
    await api.send("POST", `/containers/${Id}/start`);
    return Id;
  }

  async function outputOf(command: string, body?: object): Promise<string> {
    const id = await runContainer(command, body);
    await api.post(`/containers/${id}/wait`, {});
    return demultiplex(await api.download(`/containers/${id}/logs?stdout=1&stderr=1`)).toString();
  }

  /** Waits until a container that runs says something. */
  async function speaks(id: string): Promise<void> {
    const path = `/containers/${id}/logs?stdout=1&follow=1&tail=0`;
    const call = request({ socketPath: join(folder, "run/tscompose/engine.sock"), path, agent: false }).end();
    const [answer] = (await once(call, "response")) as [IncomingMessage];
    await once(
      answer.on("error", () => {}),
      "data",
    );
    call.destroy();
  }

  const commit = (container: string, repo: string): Promise<unknown> =>
    api.post(`/commit?container=${container}&repo=${repo}`, {});

  test("runs containers on networks of their own, publishes ports, and outlives a kill of itself", async () => {
    await up();
    expect(await api.get("/info")).toMatchObject({
      CgroupDriver: "none",
      MemoryLimit: false,
      SecurityOptions: expect.arrayContaining(["name=rootless"]) as unknown,
      Warnings: expect.arrayContaining([expect.stringContaining("without cgroups")]) as unknown,
    });
    const limited = { Image: "busybox", Cmd: ["true"], HostConfig: { Memory: 64_000_000 } };
    expect(await api.post("/containers/create", limited)).toMatchObject({
      Warnings: [expect.stringMatching(/memory limit .* discarded/)],
    });

    await api.post("/networks/create", { Name: "net" });
    const port = await freePort();
    const web = await runContainer(
      "mkdir /w; echo page >/w/index.html; httpd -p 80 -h /w; i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done",
      {
        HostConfig: {
          NetworkMode: "net",
          PortBindings: { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] },
        },
        NetworkingConfig: { EndpointsConfig: { net: { Aliases: ["web"] } } },
      },
    );
    const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
    await speaks(web);
    expect(await ask()).toBe("page\n");
    expect(await outputOf("wget -qO- http://web/", { HostConfig: { NetworkMode: "net" } })).toBe("page\n");
    await expect(api.send("POST", `/containers/${web}/pause`)).rejects.toThrow(/without control groups cannot freeze/);
    const { Processes } = (await api.get(`/containers/${web}/top?ps_args=${encodeURIComponent("-o pid,args")}`)) as {
      Processes: string[][];
    };
    expect(Processes.map(([, command]) => command)).toContain("httpd -p 80 -h /w");

    process.kill(Number(await readFile(join(folder, "run/tscompose/engine.pid"), "utf8")), "SIGKILL");
    expect(await ask()).toBe("page\n");
    await up();
    expect(await api.get(`/containers/${web}/json`)).toMatchObject({ State: { Status: "running" } });
    expect((await run("engine", "stop")).exitCode).toBe(0);
    expect(await ask()).toBe("page\n");
    await up();
    await api.send("POST", `/containers/${web}/kill`);
    const lines = demultiplex(await api.download(`/containers/${web}/logs?stdout=1`))
      .toString()
      .trimEnd()
      .split("\n");
    expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => String(index + 1)));
    await expect(ask()).rejects.toThrow();
    await api.send("POST", `/containers/${web}/start`);
    await speaks(web);
    expect(await ask()).toBe("page\n");
  });

  test("has the users of images, and layers that hide what is below", async () => {
    await up();
    expect(await outputOf("id -u; touch /tmp/x && ls -n /tmp/x | cut -d' ' -f3-", { User: "70:71" })).toMatch(/^70\n/);
    const first = await runContainer("mkdir /d; echo >/d/old; chown -R 70:71 /d; rm /etc/group");
    await api.post(`/containers/${first}/wait`, {});
    await commit(first, "first");
    const second = await runContainer("rm -r /d; mkdir /d; echo >/d/new", { Image: "first" });
    await api.post(`/containers/${second}/wait`, {});
    await commit(second, "second");
    expect(await outputOf("ls -n /d | tail -1; ls /etc/group 2>&1", { Image: "first" })).toMatch(
      / 70 +71 .* old\nls: \/etc\/group: No such file/,
    );
    expect(await outputOf("ls /d", { Image: "second" })).toBe("new\n");
  });

  test("says what it does without: other users, a way out", async () => {
    grants = { subordinates: "", without: ["slirp4netns"] };
    await up();
    const said = await readFile(join(folder, "run/tscompose/engine.log"), "utf8");
    expect(said).toMatch(/^rootless: only one user: .* install uidmap/m);
    expect(said).toMatch(/^rootless: no way out of the engine's network, .* slirp4netns is not installed$/m);
    expect(await outputOf("id -u; stat -c %u /etc/passwd")).toBe("0\n0\n");
    await expect(runContainer("true", { HostConfig: { PortBindings: { "80/tcp": [{}] } } })).rejects.toThrow(
      /no program leads out of the engine's network: install slirp4netns/,
    );
    await expect(runContainer("true", { User: "70" })).rejects.toThrow(/70/);
  });
});

/** Processes that name a folder in what they were started with. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    pids.map(async (pid) => (await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")).replaceAll("\0", " ")),
  );
  return commands.filter((command) => command.includes(folder));
}
