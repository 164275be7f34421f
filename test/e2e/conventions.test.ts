import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { ContainerRow } from "../support/engine-api.ts";
import {
  belongingsAre,
  complained,
  inspects,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { type Action, run, runOptions, scenario, type World, write } from "../support/scenario.ts";
import { describeOutcome, start, toolUnderTest } from "../support/tool.ts";

const sleeper = "image: busybox, command: sleep infinity, stop_signal: SIGKILL";
const hash: unknown = expect.stringMatching(/^[0-9a-f]{64}$/);

/** The same action, made of the project's name. */
const named =
  (action: (project: string) => Action): Action =>
  (world) =>
    action(world.project.name)(world);

async function containersOf({ engine, project }: World, service: string): Promise<readonly ContainerRow[]> {
  const labels = [`com.docker.compose.project=${project.name}`, `com.docker.compose.service=${service}`];
  return engine.containers({ label: labels });
}

/** Containers of a service, one-offs too, by name: their labels, without the part that all of them begin with. */
const labelsAre =
  (service: string, expected: (world: World) => Readonly<Record<string, unknown>>): Action =>
  async (world) => {
    const found = await containersOf(world, service);
    const rows = found.map(({ Names, Labels }) => [
      Names[0]?.replace(`/${world.project.name}`, ""),
      Object.fromEntries(Object.entries(Labels).map(([key, value]) => [key.replace("com.docker.compose.", ""), value])),
    ]);
    expect(Object.fromEntries(rows)).toEqual(expected(world));
  };

const replica =
  (number: string, more: Readonly<Record<string, unknown>> = {}) =>
  ({ project: { name, directory } }: World): unknown =>
    expect.objectContaining({
      project: name,
      service: "web",
      "container-number": number,
      oneoff: "False",
      "config-hash": hash,
      image: expect.stringMatching(/^sha256:/),
      depends_on: "db:service_started:false",
      "project.working_dir": directory,
      "project.config_files": join(directory, "compose.yaml"),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      ...more,
    });

scenario("what is made carries the names and labels by which either tool knows it", {
  "compose.yaml": `
services:
  db: { ${sleeper}, volumes: ["data:/data"] }
  web: { ${sleeper}, scale: 2, depends_on: [db] }
volumes: { data: {} }
`,
})
  .step(
    "replicas, networks and volumes",
    run("up", "-d"),
    labelsAre("web", (world) => ({ "-web-1": replica("1")(world), "-web-2": replica("2")(world) })),
    async ({ engine, project: { name } }) => {
      const filters = { label: [`com.docker.compose.project=${name}`] };
      const common = { "com.docker.compose.project": name, "com.docker.compose.config-hash": hash };
      const network = { ...common, "com.docker.compose.network": "default" };
      const volume = { ...common, "com.docker.compose.volume": "data" };
      expect(await engine.networks(filters)).toMatchObject([{ Name: `${name}_default`, Labels: network }]);
      expect(await engine.volumes(filters)).toMatchObject([{ Name: `${name}_data`, Labels: volume }]);
    },
  )
  .step(
    "who takes the place of another says whose",
    run("up", "-d", "--force-recreate", "--scale", "web=1", "web"),
    labelsAre("web", (world) => ({ "-web-1": replica("1", { replace: "web-1" })(world) })),
  )
  .step(
    "one-offs, by a name of their own or one that is given",
    run("up", "-d", "--scale", "web=0"),
    run("run", "-d", "web", "sleep", "infinity"),
    printed(/^[0-9a-f]{64}\n$/),
    named((project) => run("run", "-d", "--name", `${project}-mine`, "web", "sleep", "infinity")),
    async (world) => {
      const found = await containersOf(world, "web");
      const names = found.map(({ Names: [name = ""] }) => name.replace(`/${world.project.name}`, "")).toSorted();
      expect(names).toEqual(["-mine", expect.stringMatching(/^-web-run-[0-9a-f]{12}$/)]);
      for (const { Labels } of found) {
        expect(Labels).toMatchObject({ "com.docker.compose.oneoff": "True", "com.docker.compose.slug": hash });
        expect(Labels).not.toHaveProperty(["com.docker.compose.container-number"]);
      }
    },
  )
  .step("down leaves nothing", run("down", "-v", "-t", "0", "--remove-orphans"), nothingIsLeft)
  .step("a second has nothing to remove, and says so", run("down"), complained(/no resource found to remove/i))
  .step(
    "_ separates names where that is asked for",
    run("--compatibility", "create", "db"),
    belongingsAre("container db_1", "network default", "volume data"),
    run("down", "-v"),
    nothingIsLeft,
  );

/** Types this into the standard input of a command, which stays open until the command has ended well. */
function typing(input: string, ...args: readonly string[]): Action {
  return async (world) => {
    const command = [...toolUnderTest.command, ...args].map((word) => `'${word}'`).join(" ");
    const script = `mkfifo input; ${command} < input & exec 3> input; printf '${input}' >&3; wait $!`;
    const shell = { name: "sh", command: ["sh", "-c", script] } as const;
    const outcome = await start(shell, [], runOptions(world)).outcome;
    world.outcomes.push(outcome);
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(0);
  };
}

const echo = "while read -r word; do echo heard $$word; test $$word != quit || exit 0; done";

scenario("a container becomes an image or an archive, and can be talked to", {
  "compose.yaml": `
services:
  web: { image: busybox, command: ["sh", "-c", "echo made here > /made; ${echo}"], stdin_open: true, stop_signal: SIGKILL }
`,
})
  .step("up starts it", run("up", "-d"))
  .step("commit makes an image of it, which is as the container is", async (world) => {
    const image = `${world.project.name}-kept`;
    await run("commit", "-m", "as it was", "-a", "me", "-c", "ENV KEPT=yes", "web", image)(world);
    const found = await world.engine.get(`/images/${image}:latest/json`);
    expect(found).toMatchObject({
      Author: "me",
      Comment: "as it was",
      Config: { Env: expect.arrayContaining(["KEPT=yes"]) },
    });
    await write({ ".env": `IMAGE=${image}\n` })(world);
  })
  .step("export writes its files", run("export", "-o", "web.tar", "web"), async ({ project }) => {
    const archive = await readFile(join(project.directory, "web.tar"));
    expect(archive.includes("made here\n")).toBe(true);
  })
  .step(
    "attach joins its streams until it ends",
    typing(String.raw`hello\nquit\n`, "attach", "web"),
    printed("heard hello\nheard quit"),
    serviceIs("web", "exited"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

const kept = (volume: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web: { ${sleeper}, volumes: ["${volume}:/data"] }
networks: { unused: {} }
volumes: { ${volume}: {}, unused: {} }
`,
});

scenario(
  "what no service uses is made only when all is asked for, and what got another name is left behind",
  kept("one"),
)
  .step(
    "up makes what is used",
    run("up", "-d"),
    belongingsAre("container web-1", "network default", "volume one"),
    run("exec", "web", "touch", "/data/file"),
    remember("web"),
  )
  .step(
    "--all-resources makes the rest",
    run("--all-resources", "up", "-d"),
    belongingsAre("container web-1", "network default", "network unused", "volume one", "volume unused"),
    isSameContainer("web"),
  )
  .step(
    "what is frozen goes on",
    run("pause"),
    serviceIs("web", "paused"),
    run("up", "-d"),
    serviceIs("web", "running"),
  )
  .step(
    "another volume takes the place of the one, whose data stays",
    write(kept("two")),
    run("up", "-d"),
    isNewContainer("web"),
    inspects("web", ({ Mounts }) => Mounts.map(({ Name = "" }) => Name.replace(/^.*_/, "")), ["two"]),
    run("down", "--remove-orphans"),
    belongingsAre("network unused", "volume one", "volume two", "volume unused"),
  )
  .step(
    "back again, it is there",
    write(kept("one")),
    run("up", "-d"),
    run("exec", "web", "ls", "/data"),
    printed("file"),
  )
  .step(
    "down -v takes what the file declares, all of it",
    run("--all-resources", "down", "-v"),
    belongingsAre("volume two"),
  );
