import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

/** Serves the git repositories in a folder: a git daemon for every connection. */
async function serveGit(folder: string): Promise<{ readonly address: string } & AsyncDisposable> {
  const server = createServer((socket) => {
    const args = ["daemon", "--inetd", "--export-all", `--base-path=${folder}`, folder];
    const daemon = spawn("git", args, { stdio: ["pipe", "pipe", "ignore"] });
    socket.pipe(daemon.stdin).on("error", () => socket.destroy());
    daemon.stdout.pipe(socket).on("error", () => daemon.kill());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `git://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => void (await once(server.close(), "close")),
  };
}

const ofNobody = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
const author = ["-c", "user.name=someone", "-c", "user.email=someone@example.com", "-c", "init.defaultBranch=main"];

function git(directory: string, ...args: readonly string[]): string {
  const env = { ...process.env, ...ofNobody };
  return execFileSync("git", [...author, ...args], { cwd: directory, env, encoding: "utf8" }).trim();
}

/** Makes a repository of a folder; answers with its commit. */
function commitAll(directory: string): string {
  git(directory, "init", "--quiet");
  git(directory, "add", ".");
  git(directory, "commit", "--quiet", "--message", "all of it");
  git(directory, "tag", "v1");
  return git(directory, "rev-parse", "HEAD");
}

/** Runs where copies of what was fetched stay in the folder, too. */
async function inFolder(directory: string, ...args: readonly string[]): Promise<Outcome> {
  const environment = { ...ofNobody, XDG_CACHE_HOME: join(directory, "cache") };
  return start(tscompose, args, { directory, environment }).outcome;
}

test("a git repository is read at a branch, a tag or a commit, in a folder of it", async () => {
  using folder = folderOf({
    "mine/.env": "TAG=mine\n",
    "repositories/shop/compose.yaml": "services: { web: { image: 'busybox:${TAG}' } }\n",
    "repositories/shop/apps/base.yaml": "services: { base: { volumes: ['./data:/data'] } }\n",
    "repositories/shop/apps/db/main.yaml":
      "services: { db: { image: x, extends: { file: ../base.yaml, service: base } } }\n",
  });
  const commit = commitAll(join(folder.path, "repositories/shop"));
  const mine = join(folder.path, "mine");
  let address: string;
  {
    await using server = await serveGit(join(folder.path, "repositories"));
    ({ address } = server);
    const main = await inFolder(mine, "-f", `${address}/shop`, "config");
    expect(main, main.stderr).toMatchObject({ exitCode: 0 });
    expect(main.stdout).toMatch(/^name: mine\nservices:\n {2}web:\n {4}image: busybox:mine\n/);
    const kept = join(mine, "cache/tscompose/git");
    expect(await readdir(kept)).toEqual([commit]);
    expect((await stat(join(kept, commit))).mode & 0o777).toBe(0o700);

    const asked = await inFolder(mine, "-p", "e2e-never", "-f", `${address}/shop`, "create");
    expect(asked).toMatchObject({ exitCode: 1, stdout: "" });
    const table =
      /^files from afar take these variables:\n {2}VARIABLE +VALUE +FROM\n {2}TAG +mine +\.env\n {2}hint: .*--yes/;
    expect(asked.stderr, "whoever makes a container of it sees what it takes from here").toMatch(table);

    const tagged = await inFolder(mine, "-f", `${address}/shop#v1:apps/db/main.yaml`, "config");
    expect(tagged, tagged.stderr).toMatchObject({ exitCode: 0 });
    expect(tagged.stdout).toContain(`source: ${join(kept, commit, "apps/data")}\n`);
  }
  const again = await inFolder(mine, "-f", `${address}/shop#${commit}`, "config", "--services");
  expect(again, "a commit that is there needs no repository").toMatchObject({ exitCode: 0, stdout: "web\n" });
  const gone = await inFolder(mine, "-f", `${address}/shop#v1`, "config");
  expect(gone).toMatchObject({ exitCode: 1, stdout: "" });
  expect(gone.stderr).toContain(`asking ${address}/shop: `);
});

test("files from afar are included and extended, and what cannot be had is told where it is named", async () => {
  await using registry = await startRegistry();
  const artifact = `oci://${registry.host}/acme/base:1`;
  using folder = folderOf({
    "base/compose.yaml": "services: { base: { image: busybox, command: [top] } }\n",
    "repositories/shop/compose.yaml": `include: ['${artifact}']\nservices: { web: { image: busybox } }\n`,
  });
  commitAll(join(folder.path, "repositories/shop"));
  await using server = await serveGit(join(folder.path, "repositories"));
  const published = await inFolder(join(folder.path, "base"), "publish", artifact.slice("oci://".length));
  expect(published, published.stderr).toMatchObject({ exitCode: 0 });

  using mine = folderOf({
    "compose.yaml": `include: ['${server.address}/shop']
services:
  own: { extends: { file: '${artifact}', service: base }, tty: true }
`,
    "wrong.yaml": `include:
  - ${server.address}/none
  - ${server.address}/shop#nowhere
  - ${server.address}/shop#main:../../etc
  - ext::sh -c touch% /tmp/evil.git
  - { path: 'oci://${registry.host}/acme/base:2' }
services: { own: { image: x } }
`,
  });
  const all = await inFolder(mine.path, "config", "--no-interpolate");
  expect(all, all.stderr).toMatchObject({ exitCode: 0 });
  expect(all.stdout).toMatch(/own:\n {4}command:\n {6}- top/);
  const services = await inFolder(mine.path, "config", "--services");
  expect(services.stdout.trim().split("\n").toSorted()).toEqual(["base", "own", "web"]);

  const started = await inFolder(mine.path, "-p", "e2e-never", "create");
  expect(started).toMatchObject({ exitCode: 1 });
  expect(started.stderr).toContain(`files from afar ask for others from afar:\n  ${artifact} (`);
  expect(started.stderr).toMatch(/hint: .*--yes/);

  const wrong = await inFolder(mine.path, "-f", "wrong.yaml", "config");
  expect(wrong).toMatchObject({ exitCode: 1, stdout: "" });
  for (const [line, says] of [
    [2, `(asking|fetching) ${server.address}/none: `],
    [3, `asking ${server.address}/shop: it has no nowhere`],
    [4, `${server.address}/shop: the folder "../../etc" is not inside the repository`],
    [5, 'expected oci://REPOSITORY\\[:TAG\\] or a git repository, got "ext::sh'],
    [6, `fetching oci://${registry.host}/acme/base:2: `],
  ]) {
    expect(wrong.stderr).toMatch(new RegExp(`^wrong\\.yaml:${line}:\\d+ ${says}`, "m"));
  }
});

test("no link of a repository leads out of it", async () => {
  using folder = folderOf({
    "secret.yaml": "services: { stolen: { image: x } }\n",
    "repositories/evil/readme": "hello\n",
  });
  const repository = join(folder.path, "repositories/evil");
  execFileSync("ln", ["-s", join(folder.path, "secret.yaml"), join(repository, "compose.yaml")]);
  commitAll(repository);
  await using server = await serveGit(join(folder.path, "repositories"));
  const evil = await inFolder(folder.path, "-f", `${server.address}/evil`, "config");
  expect(evil).toMatchObject({ exitCode: 1, stdout: "" });
  expect(evil.stderr).toContain("compose.yaml is a link that leads out of the repository");
});
