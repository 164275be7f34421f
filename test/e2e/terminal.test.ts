import {
  complained,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { type Action, run, runFailing, runOptions, scenario, write } from "../support/scenario.ts";
import { describeOutcome, start, tscompose } from "../support/tool.ts";

/** Runs a command on a terminal, where a person types this; both outputs are one there. */
function typing(input: string, ...args: readonly string[]): Action {
  return async (world) => {
    const line = [...tscompose.command, ...args].map((word) => `'${word}'`).join(" ");
    const terminal = { name: "script", command: ["script", "-qec", line, "/dev/null"] } as const;
    const outcome = await start(terminal, [], { ...runOptions(world), input }).outcome;
    world.outcomes.push(outcome);
    if (outcome.exitCode !== 0) throw new Error(describeOutcome(outcome));
  };
}

const labelled = (label: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["data:/data"] } }
volumes: { data: { labels: { version: "${label}" } } }
`,
});

scenario("a volume that differs is made anew only when a person says so", labelled("1"))
  .step("up starts it", run("up", "-d"), remember("web"), run("exec", "web", "touch", "/data/kept"))
  .step(
    "without a person it is kept",
    write(labelled("2")),
    run("up", "-d"),
    complained(/is kept as it is/),
    isSameContainer("web"),
  )
  .step(
    "on a terminal the answer is no unless it is yes",
    typing("\n", "up", "-d"),
    printed(/volume "\S+_data" differs: labels\.version 1 -> 2\s+Make it anew\? All data in it will be lost\. \[yN\]/),
    isSameContainer("web"),
    run("exec", "web", "ls", "/data/kept"),
  )
  .step(
    "yes makes it anew",
    typing("y\n", "up", "-d"),
    isNewContainer("web"),
    runFailing(1, "exec", "web", "ls", "/data/kept"),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

scenario("keys of Docker's configuration leave a command running", {
  ...labelled("1"),
  "docker/config.json": '{ "detachKeys": "ctrl-e,q" }\n',
})
  .with({ DOCKER_CONFIG: "docker" })
  .step("up starts it", run("up", "-d"))
  .step("nothing else would end this", typing("\u0005q", "exec", "web", "sleep", "infinity"))
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

scenario("keys on a terminal leave an attached up, and what it has started", labelled("1"))
  .step(
    "d leaves it running",
    typing("d", "up"),
    printed(/Keys: d leaves the containers running/),
    printed(/left running/),
    serviceIs("web", "running"),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);
