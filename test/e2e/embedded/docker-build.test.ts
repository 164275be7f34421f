import { mkdir, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BuildingCli, buildingClis } from "../../support/building-cli.ts";
import { type OwnEngine, startOwnEngine } from "../../support/embedded-engine.ts";
import { archiveOf } from "../../support/tar-members.ts";
import { type Outcome, type RunOptions, type RunningCommand, killGroup, start } from "../../support/tool.ts";

// What people type on Docker, on this engine: the words are the clients' own, and so is what they print.

const clis = buildingClis();
let engine: OwnEngine;

beforeAll(async () => {
  engine = await startOwnEngine();
  await engine.borrow("busybox:latest");
});
afterAll(async () => {
  const { faults } = engine;
  await engine[Symbol.asyncDispose]();
  expect(faults).toEqual([]);
});

/** A folder with these files. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(engine.folder, "case-"));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

function begin(cli: BuildingCli, args: readonly string[], options: RunOptions): RunningCommand {
  const environment = { ...options.environment, DOCKER_HOST: engine.api.address, DOCKER_BUILDKIT: "1" };
  return start(cli, args, { patienceMs: 60_000, ...options, environment });
}

function run(cli: BuildingCli, args: readonly string[], options: RunOptions): Promise<Outcome> {
  return begin(cli, args, options).outcome;
}

async function build(cli: BuildingCli, directory: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stderr, stdout } = await run(cli, ["build", "--progress=plain", ...args, "."], { directory });
  expect(exitCode, stdout + stderr).toBe(0);
  return stderr + stdout;
}

async function failure(cli: BuildingCli, directory: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stderr, stdout } = await run(cli, ["build", "--progress=plain", ...args, "."], { directory });
  expect(exitCode, stdout + stderr).toBe(1);
  return stderr + stdout;
}

interface Inspected {
  readonly Id: string;
  readonly Config: { readonly Labels?: Readonly<Record<string, string>>; readonly Cmd?: readonly string[] };
}

async function inspect(name: string): Promise<Inspected> {
  return (await engine.api.get(`/images/${name}/json`)) as Inspected;
}

const stages = `ARG WHO=nobody
FROM busybox AS made
ARG WHO
RUN echo "made by $WHO" > /made
RUN --mount=type=secret,id=word,required=true grep -qx hunt.r2 /run/secrets/word && echo the word is known
FROM busybox AS final
COPY --from=made /made /made
COPY . /files/
RUN cat /made; find /files | sort
CMD ["cat", "/made"]
FROM final AS never
RUN exit 1
`;

describe.skipIf(clis.length === 0)("a client of BuildKit", () => {
  test.for(clis)("$name builds stages, with files, a secret and arguments of its own", async (cli) => {
    const name = cli.hasBuildx ? "stages-new" : "stages-old";
    const directory = await folderOf({
      Dockerfile: stages,
      ".dockerignore": "left-out\n*.secret\n",
      "kept/a ü.txt": "a\n",
      "left-out/b.txt": "b\n",
      "word.secret": "hunter2\n",
    });
    const args = ["--target=final", `--build-arg=WHO=${name}`, "--secret=id=word,src=word.secret", "--label=for=test"];
    const first = await build(cli, directory, ...args, `--tag=${name}`);
    expect(first).toMatch(/#\d+ \[made 2\/3\] RUN echo "made by/);
    expect(first).toMatch(/#\d+ [\d.]+ the word is known/);
    expect(first).toMatch(new RegExp(`#\\d+ [\\d.]+ made by ${name}`));
    expect(first).toMatch(/#\d+ [\d.]+ \/files\/kept\/a ü.txt/);
    expect(first).not.toMatch(/[\d.]+ \/files\/(?:left-out|word)/);
    expect(first).not.toContain("hunter2");
    expect(await inspect(name)).toMatchObject({ Config: { Labels: { for: "test" }, Cmd: ["cat", "/made"] } });

    const again = await build(cli, directory, ...args, `--tag=${name}`);
    expect(again).toMatch(/\[final 4\/4\] RUN cat[^\n]*\n(?:#\d+ sha256[^\n]*\n)?#\d+ CACHED/);
    expect(await build(cli, directory, ...args, "--no-cache")).toMatch(/#\d+ [\d.]+ the word is known/);
  });

  test.for(clis)("$name tells a mistake with the Dockerfile's lines", async (cli) => {
    const unknown = await failure(cli, await folderOf({ Dockerfile: "FROM busybox\n\nRUM true\n" }));
    expect(unknown).toMatch(/Dockerfile:3/);
    expect(unknown).toMatch(/3 \| >>> RUM true/);
    expect(unknown).toMatch(/unknown instruction: RUM \(did you mean RUN\?\)/);

    const failed = await failure(cli, await folderOf({ Dockerfile: "FROM busybox\nRUN echo said so; exit 7\n" }));
    expect(failed).toMatch(/#\d+ [\d.]+ said so/);
    expect(failed).toMatch(/2 \| >>> RUN echo said so; exit 7/);
    expect(failed).toMatch(/process "\/bin\/sh -c echo said so; exit 7" did not complete successfully: exit code: 7/);

    const secret = await folderOf({ Dockerfile: "FROM busybox\nRUN --mount=type=secret,id=word,required=true true\n" });
    expect(await failure(cli, secret)).toMatch(/secret word: not found/);
    const missing = await folderOf({ Dockerfile: "FROM busybox\nCOPY absent /\n" });
    expect(await failure(cli, missing)).toMatch(/"\/absent": not found/);
  });

  test.for(clis)("$name may give the context as an archive, and prints the image's id alone", async (cli) => {
    const archive = await archiveOf([
      { name: "Dockerfile", text: "FROM busybox\nCOPY sub/x /x\nRUN grep -q packed /x\n" },
      { name: "sub/x", text: "packed\n" },
    ]);
    const options = { directory: engine.folder, input: archive.toString() };
    const outcome = await run(cli, ["build", "--quiet", "-"], options);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(outcome.stdout.trim()).toBe((await inspect(outcome.stdout.trim())).Id);
  });

  test.for(clis)("$name that is interrupted ends what runs", async (cli) => {
    const directory = await folderOf({ Dockerfile: "FROM busybox\nRUN echo begun; sleep 4242\n" });
    const { process: client, outcome } = begin(cli, ["build", "--progress=plain", "."], { directory });
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    client.stderr?.on("data", (text: string) => /[\d.]+ begun/.test(text) && resolve());
    await begun;
    killGroup(client, "SIGINT");
    expect((await outcome).exitCode).not.toBe(0);
    while (await runs("sleep 4242"));
  });
});

/** Whether a process of this command is on the machine. */
async function runs(command: string): Promise<boolean> {
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = numbers.map((number) => readFile(`/proc/${number}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(lines)).some((line) => line.replaceAll("\0", " ").trim() === command);
}

describe.skipIf(!clis.some(({ hasBuildx }) => hasBuildx))("docker buildx", () => {
  const cli = clis.find(({ hasBuildx }) => hasBuildx) as BuildingCli;

  test("brings further contexts, and says what it could say against a Dockerfile", async () => {
    const dockerfile =
      "FROM base AS final\nCOPY --from=other . /o\nRUN grep -q other /o/x && ! test -e /o/y\nCMD cat /x\n";
    const directory = await folderOf({
      Dockerfile: dockerfile,
      "there/x": "other\n",
      "there/y": "",
      "there/.dockerignore": "y",
    });
    await build(cli, directory, "--build-context=other=there", "--build-context=base=docker-image://busybox:latest");
    const { exitCode, stdout } = await run(cli, ["build", "--check", "."], { directory });
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/JSONArgsRecommended[^]*4 \| >>> CMD cat \/x/)]);
  });

  test("forgets what the cache has", async () => {
    const directory = await folderOf({ Dockerfile: "FROM busybox\nRUN echo to be pruned > /p\n" });
    await build(cli, directory);
    const pruned = await run(cli, ["builder", "prune", "--force"], { directory });
    expect([pruned.exitCode, pruned.stdout]).toEqual([0, expect.stringMatching(/Total:\s+\S+/)]);
    expect(await build(cli, directory)).toMatch(/RUN echo to be pruned > \/p\n#\d+ DONE/);
  });

  test("is told at once what this engine cannot do", async () => {
    const directory = await folderOf({ Dockerfile: "FROM busybox\n" });
    expect(await failure(cli, directory, "--build-context=other=oci-layout://x@sha256:0")).toMatch(/oci|digest/);
    expect(await failure(cli, directory, "--build-arg=BUILDKIT_SYNTAX=example/frontend")).toMatch(/not supported/);
  });
});

describe.skipIf(!clis.some(({ hasCompose }) => hasCompose))("docker compose", () => {
  const cli = clis.find(({ hasCompose }) => hasCompose) as BuildingCli;

  test.for(["true", "false"])("builds services that build on each other, with COMPOSE_BAKE=%s", async (bake) => {
    const directory = await folderOf({
      "compose.yaml": `
name: doors-${bake}
services:
  base:
    build: { context: ., dockerfile_inline: "FROM busybox\\nRUN echo base > /base\\n" }
  web:
    build:
      context: .
      dockerfile_inline: |
        FROM busybox
        COPY --from=base /base /web
        ARG HOW
        RUN --mount=type=secret,id=word test "$$(cat /web) $$HOW $$(cat /run/secrets/word)" = "base so hunter2"
      args: { HOW: so }
      additional_contexts: { base: "service:base" }
      secrets: [word]
secrets:
  word: { file: ./word }
`,
      word: "hunter2",
    });
    const environment = { COMPOSE_BAKE: bake };
    const { exitCode, stderr, stdout } = await run(cli, ["compose", "--progress=plain", "build"], {
      directory,
      environment,
    });
    expect(exitCode, stdout + stderr).toBe(0);
    expect(await inspect(`doors-${bake}-web`)).toHaveProperty("Id");
  });
});
