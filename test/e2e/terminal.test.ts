import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect } from "vitest";
import {
  complained,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { type Action, eventually, run, runFailing, runOptions, scenario, write } from "../support/scenario.ts";
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

/** Runs a command on a terminal; types and does one thing after the other when the command has said something new. */
function conversing(
  turns: readonly (readonly [said: RegExp, ...then: readonly (string | Action)[]])[],
  ...args: readonly string[]
): Action {
  return async (world) => {
    const line = [...tscompose.command, ...args].map((word) => `'${word}'`).join(" ");
    const { directory, environment } = runOptions(world);
    const options = { cwd: directory, env: { ...process.env, ...environment }, timeout: 60_000 };
    const child = spawn("script", ["-qec", line, "/dev/null"], options);
    const left = [...turns];
    let news = "";
    let all = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      all += chunk;
      news += chunk;
      const [turn] = left;
      if (turn === undefined || !turn[0].test(news)) continue;
      left.shift();
      news = "";
      const [, ...then] = turn;
      for (const each of then) {
        if (typeof each === "string") child.stdin.write(each);
        else await each(world);
      }
    }
    expect(left, all).toEqual([]);
    expect(child.exitCode ?? (await once(child, "exit"))[0], all).toBe(0);
  };
}

scenario("keys on a terminal leave an attached up, and what it has started", labelled("1"))
  .step(
    "d leaves it running",
    typing("d", "up"),
    printed(/Keys: d leaves the containers running/),
    printed(/left running/),
    serviceIs("web", "running"),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

function pageIs(text: string): Action {
  return async (world) => {
    await run("exec", "web", "cat", "/src/page")(world);
    await printed(text)(world);
  };
}

scenario("w watches files beside an attached up, until it is typed again", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    develop: { watch: [{ path: ./src, action: sync, target: /src }] }
`,
  "src/page": "one",
})
  .step(
    "what is written meanwhile is synced",
    conversing(
      [
        [/Keys: .* w watches/, "w"],
        // What is told as synced may be what was there when watching began.
        [/⦿ watching /, write({ "src/page": "two" }), eventually(pageIs("two")), "w"],
        [/watching no longer/, "d"],
      ],
      "up",
    ),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);
