import { once } from "node:events";
import { expect } from "vitest";
import type { ContainerInspect } from "../../src/docker-api/container.ts";
import {
  complained,
  inspects,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { whileProbed } from "../support/podman.ts";
import {
  type Action,
  eventually,
  run,
  runDockerCompose,
  runFailing,
  runOptions,
  scenario,
} from "../support/scenario.ts";
import { start, toolUnderTest } from "../support/tool.ts";

function aliasesOf({ NetworkSettings: { Networks } }: ContainerInspect): readonly string[] {
  return Object.values(Networks).flatMap(({ Aliases }) => Aliases ?? []);
}

function isPublished({ NetworkSettings: { Ports = {} } }: ContainerInspect): boolean {
  return Object.values(Ports).some((bindings) => (bindings ?? []).length > 0);
}

const shop = {
  "compose.yaml": `
x-sleeper: &sleeper { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
services:
  db: { <<: *sleeper, healthcheck: { test: "true", interval: 200ms } }
  api: { <<: *sleeper, depends_on: { db: { condition: service_healthy, restart: true } } }
  web: { <<: *sleeper, depends_on: [api] }
`,
};

scenario("containers are stopped and started in order, and stay the same", shop)
  .step("up starts them", run("up", "-d"), remember("api"))
  .step(
    "stop stops one and spares what it needs",
    run("stop", "api"),
    serviceIs("api", "exited"),
    eventually(serviceIs("db", "healthy")),
    serviceIs("web", "running"),
  )
  .step("start brings it back", run("start", "web"), serviceIs("api", "running"), isSameContainer("api"))
  .step("a second start has nothing to do", run("--dry-run", "start"), printed(/nothing to do/))
  .step("restart takes along what asks for it", run("--dry-run", "restart", "db"), printed(/restart api-1/))
  .step("and does so", run("restart", "db"), eventually(serviceIs("db", "healthy")), isSameContainer("api"))
  .step("stop stops all, dependents first", run("stop"), serviceIs("db", "exited"), serviceIs("web", "exited"))
  .step("start --wait waits until they are ready", run("start", "--wait"), serviceIs("db", "healthy"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("signals, freezing and removal", shop)
  .step("up starts them", run("up", "-d"))
  .step("pause freezes", run("pause", "web"), serviceIs("web", "paused"))
  .step("a second pause is content", run("pause", "web"))
  .step("unpause lets go on", run("unpause"), serviceIs("web", "running"))
  .step("kill kills", run("kill", "-s", "SIGKILL", "web"), serviceIs("web", "exited"))
  .step("with nothing to kill it says so", run("kill", "web"), complained(/No container to kill/))
  .step("rm asks, and silence is no", run("rm"), complained(/Going to remove \S+-web-1/), serviceIs("web", "exited"))
  .step(
    "rm -f removes what has stopped",
    run("rm", "-f"),
    printed(/Going to remove \S+-web-1/),
    serviceIs("api", "running"),
  )
  .step("start says what is missing", runFailing(1, "start"), complained(/service "web" has no container to start/))
  .step("rm -sf removes the rest", run("rm", "-s", "-f"))
  .step("a mistyped service is an error", runFailing(1, "stop", "wbe"), complained(/did you mean "web"/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("create and scale make containers", shop)
  .step("create starts nothing", run("create"), serviceIs("web", "created"), remember("web"))
  .step("start runs what it made", run("start"), serviceIs("web", "running"), isSameContainer("web"))
  .step("scale adds", run("scale", "web=3"), isNewContainer("web"), serviceIs("web", "running"))
  .step("and takes away", run("scale", "web=1"), isSameContainer("web"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("run makes a container for one command", {
  "compose.yaml": `
services:
  db: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  tool: { image: busybox, command: ["false"], depends_on: [db], environment: { A: "1", B: "2" }, profiles: [tools] }
`,
  "more.env": "B=4\nC=5\n",
})
  .step(
    "with what it depends on, and its exit code",
    runFailing(3, "run", "--rm", "tool", "sh", "-c", "echo hello; exit 3"),
    printed("hello"),
    serviceIs("db", "running"),
  )
  .step(
    "with variables from everywhere",
    run("run", "--rm", "-e", "A=3", "--env-from-file", "more.env", "tool", "sh", "-c", "echo $A$B$C"),
    printed("345"),
  )
  .step("with another entrypoint", run("run", "--rm", "--entrypoint", "echo 'x y'", "tool"), printed("x y"))
  .step("its own command otherwise", runFailing(1, "run", "--rm", "tool"))
  .step("in the background", run("run", "-d", "tool", "sleep", "100"), printed(/^[0-9a-f]{64}\n$/))
  .step("exec enters it, as there is no replica", run("exec", "tool", "echo", "inside"), printed("inside"))
  .step("ps -a shows it", run("ps", "-a", "--format", "{{.Service}} {{.State}}"), printed(/^tool running$/m))
  .step("down leaves nothing", run("--profile", "tools", "down", "--remove-orphans", "-t", "0"), nothingIsLeft);

scenario("run passes signals on, and publishes ports only when asked to", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ports: ["80"] }
`,
})
  .step("a signal reaches the command, whose exit code is told", async (world) => {
    const script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done";
    const running = start(toolUnderTest, ["run", "--rm", "web", "sh", "-c", script], runOptions(world));
    running.process.stdout?.once("data", () => running.process.kill("SIGTERM")); // before it says so the signal would be lost
    expect(await running.outcome).toMatchObject({ stdout: "ready\n", exitCode: 5 });
  })
  .step(
    "no port is published, and the name of the service leads elsewhere",
    run("run", "-d", "web"),
    inspects("web", isPublished, false),
    inspects("web", aliasesOf, expect.not.arrayContaining(["web"])),
  )
  .step(
    "the service's are where that is asked for",
    run("down", "--remove-orphans"),
    run("run", "-d", "--service-ports", "--use-aliases", "web"),
    inspects("web", isPublished, true),
    inspects("web", aliasesOf, expect.arrayContaining(["web"])),
  )
  .step("down leaves nothing", run("down", "--remove-orphans"), nothingIsLeft);

/** Knows the project by its name alone: no file is read. */
const byName =
  (...args: readonly string[]): Action =>
  (world) =>
    run("-p", world.project.name, ...args)(world);

scenario("commands need no file when they are given a name", shop)
  .needsDockerCompose()
  .step("Docker Compose starts it", whileProbed(runDockerCompose("up", "-d")))
  .step("stop knows the order by labels", byName("--dry-run", "stop"), printed(/stop api-1: stop <- #1$/m))
  .step("and stops all", byName("stop"), serviceIs("web", "exited"))
  .step("start brings all back", byName("start"), serviceIs("web", "running"), serviceIs("db", "healthy"))
  .step("wait tells how it ended", byName("kill", "web"), runFailing(137, "wait", "web"), printed(/status code 137/))
  .step(
    "top shows what runs",
    byName("top", "db"),
    printed(/^SERVICE +# +.*CMD$/m),
    printed(/^db +1 .*sleep infinity$/m),
  )
  .step(
    "stats measures",
    byName("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}", "db"),
    printed(/-db-1 \d+$/m),
  )
  .step(
    "events tells what happened",
    byName("events", "--since", "10m", "--until", "0s", "--json", "web"),
    printed(/"action":"die"/),
  )
  .step("down leaves nothing", byName("down"), nothingIsLeft);

scenario("files are copied in and out", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, scale: 2 }
  other: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
`,
  "site/index.html": "hello\n",
  "site/deep/down.txt": "down\n",
})
  .step("up starts it", run("up", "-d"))
  .step("a directory goes into every replica", run("cp", "site", "web:/srv"))
  .step("under its new name", run("exec", "--index", "2", "web", "cat", "/srv/deep/down.txt"), printed("down"))
  .step("a file comes out again", run("cp", "web:/srv/index.html", "copy.html"))
  .step(
    "and goes back in",
    run("cp", "copy.html", "web:/tmp"),
    run("exec", "web", "cat", "/tmp/copy.html"),
    printed("hello"),
  )
  .step(
    "a link that came out leads no later copy astray",
    run("exec", "web", "sh", "-c", "mkdir /tree && ln -s ../site/deep /tree/sub"),
    run("cp", "web:/tree", "."),
    run("exec", "web", "sh", "-c", "cd /tree && rm sub && mkdir sub && touch sub/more"),
    runFailing(1, "cp", "web:/tree", "."),
    complained(/tree\/sub: would be written through a link/),
    run("cp", "site/deep", "web:/before"),
    run("exec", "web", "ls", "/before"),
    printed("down.txt"),
  )
  .step(
    "unless the user names it",
    run("cp", "web:/tree/sub/.", "tree/sub"),
    run("cp", "site/deep", "web:/after"),
    run("exec", "web", "ls", "/after"),
    printed("down.txt\nmore"),
  )
  .step(
    "a directory goes from one service to another, and a part of it under another name",
    run("cp", "web:/srv", "other:/tmp"),
    run("cp", "web:/srv/deep/.", "other:/copy"),
    run("exec", "other", "cat", "/tmp/srv/deep/down.txt", "/copy/down.txt"),
    printed("down\ndown"),
  )
  .step("what is not there is told", runFailing(1, "cp", "web:/nowhere", "."), complained(/no such file or directory/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("logs -f ends with what it follows", {
  "compose.yaml": `
services:
  short:
    image: busybox
    command: ["sh", "-c", "trap 'exit 2' TERM; echo said; while :; do sleep 0.1; done"]
`,
})
  .step("up starts it", run("up", "-d"))
  .step(
    "the last line is there, and the exit code",
    async (world) => {
      const { engine, project } = world;
      const running = start(toolUnderTest, ["logs", "-f", "short"], runOptions(world));
      await Promise.race([once(running.process.stdout ?? running.process, "data"), running.outcome]);
      await engine.send("POST", `/containers/${project.name}-short-1/kill?signal=TERM`);
      world.outcomes.push(await running.outcome);
    },
    printed(/^short-1 +\| said$/m),
    printed(/^short-1 exited with code 2$/m),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);
