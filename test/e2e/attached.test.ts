import { expect } from "vitest";
import { complained, didNotPrint, nothingIsLeft, printed, printedTimes, serviceIs } from "../support/expectations.ts";
import {
  type Action,
  eventually,
  run,
  runFailing,
  runInterrupted,
  runOptions,
  scenario,
  write,
} from "../support/scenario.ts";
import { start, toolUnderTest } from "../support/tool.ts";

/** Ctrl-C when both containers speak, and again when the first one is answered. */
const interruptTwice: Action = async (world) => {
  const running = start(toolUnderTest, ["up"], runOptions(world));
  const said = { stdout: "", stderr: "" };
  let presses = 0;
  const look = (): void => {
    const isDue = presses === 0 ? /db-1.*up[^]*web-1.*up/.test(said.stdout) : /again to force/.test(said.stderr);
    if (!isDue || presses === 2) return;
    presses += 1;
    running.process.kill("SIGINT");
  };
  for (const stream of ["stdout", "stderr"] as const) {
    running.process[stream]?.on("data", (text: string) => {
      said[stream] += text;
      look();
    });
  }
  const outcome = await running.outcome;
  world.outcomes.push(outcome);
  expect({ presses, exitCode: outcome.exitCode }).toEqual({ presses: 2, exitCode: 130 });
};

scenario("Ctrl-C stops what was asked for and leaves its dependencies running", {
  "compose.yaml": `
x-sleeper: &sleeper { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
services:
  db: *sleeper
  web: { <<: *sleeper, depends_on: [db] }
`,
})
  .step(
    "an attached up is interrupted",
    runInterrupted({ when: eventually(serviceIs("web", "running")), signal: "SIGINT", exitCode: 130 }, "up", "web"),
    serviceIs("web", "exited"),
    serviceIs("db", "running"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

const stubborn = `{ image: busybox, stop_grace_period: 1h, command: ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done"] }`;

scenario("a second Ctrl-C kills what does not want to stop", {
  "compose.yaml": `services: { db: ${stubborn}, web: ${stubborn.replace("{", "{ depends_on: [db],")} }\n`,
})
  .step(
    "an attached up is interrupted twice",
    interruptTwice,
    serviceIs("web", "exited"),
    serviceIs("db", "exited"),
    complained(/Container .*web-1 +Killed/),
    complained(/Container .*db-1 +Killed/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("an attached up ends with its containers and shows what they said", {
  "compose.yaml": `
services:
  one: { image: busybox, command: ["sh", "-c", "echo from one; echo trouble >&2"] }
  two: { image: busybox, command: ["echo", "from two"] }
`,
})
  .step(
    "their lines carry their names",
    run("up"),
    printed(/^one-1 +\| from one$/m),
    printed(/^two-1 +\| from two$/m),
    complained(/^one-1 +\| trouble$/m),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("the first to end decides", {
  "compose.yaml": `
services:
  tests: { image: busybox, command: ["sh", "-c", "echo failing; exit 7"] }
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
`,
})
  .step(
    "--abort-on-container-exit passes its code on",
    runFailing(7, "up", "--abort-on-container-exit"),
    serviceIs("web", "exited"),
    printed(/tests-1 +\| failing/),
  )
  .step("--exit-code-from as well", runFailing(7, "up", "--exit-code-from", "tests"), serviceIs("web", "exited"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a container that restarts is followed from run to run", {
  "compose.yaml": `
services:
  flaky: { image: busybox, restart: "on-failure:2", command: ["sh", "-c", "cat /proc/uptime; exit 3"] }
`,
})
  .step(
    "each run is shown once, and the last end is the end",
    run("up"),
    printedTimes(3, /^flaky-1 +\| [\d.]+ [\d.]+$/gm),
    complained(/^flaky-1 exited with code 3 \(restarting\)$/m),
    complained(/^flaky-1 exited with code 3$/m),
  )
  .step("a second up shows the new runs only", run("up"), printedTimes(3, /^flaky-1 +\| [\d.]+ [\d.]+$/gm))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a container that up replaces has not exited", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: ["sh", "-c", "echo version $$VERSION; test $$VERSION = 2 || exec sleep infinity; exit 5"]
    environment: { VERSION: "\${VERSION:-1}" }
    stop_signal: SIGKILL
`,
})
  .step("it runs", run("up", "-d"))
  .step(
    "only the end of its successor decides",
    write({ ".env": "VERSION=2" }),
    runFailing(5, "up", "--abort-on-container-exit"),
    printed(/^web-1 +\| version 2$/m),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a failure decides where only failures count, and who stands for the whole tells the exit code", {
  "compose.yaml": `
services:
  fine: { image: busybox, command: ["true"] }
  tests:
    image: busybox
    command: ["sh", "-c", "exit 7"]
    depends_on: { fine: { condition: service_completed_successfully }, web: { condition: service_healthy } }
  web:
    image: busybox
    command: ["sh", "-c", "trap 'echo bye; exit 3' TERM; touch /dev/shm/ready; while :; do sleep 0.1; done"]
    healthcheck: { test: "test -e /dev/shm/ready", interval: 100ms, retries: 100 }
`,
})
  .step(
    "--abort-on-container-failure passes over the first to end",
    runFailing(7, "up", "--abort-on-container-failure"),
    serviceIs("web", "exited"),
    printed(/web-1 +\| bye/),
  )
  .step("--exit-code-from tells of one that had to stop", runFailing(3, "up", "--exit-code-from", "web"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("whose output is shown, and how, is up to flags", {
  "compose.yaml": `
services:
  db: { image: busybox, command: ["echo", "from db"] }
  web: { image: busybox, command: ["echo", "from web"], depends_on: [db] }
`,
})
  .step("a service that is named alone", run("up", "web"), printed(/from web/), didNotPrint(/from db/))
  .step("with what it depends on", run("up", "--attach-dependencies", "web"), printed(/from web/), printed(/from db/))
  .step("one that is asked for", run("up", "--attach", "db"), printed(/from db/), didNotPrint(/from web/))
  .step(
    "all but one, with times and without names",
    run("up", "--no-attach", "db", "--timestamps", "--no-log-prefix"),
    printed(/^\d{4}-\d\d-\d\dT\S+Z from web$/m),
    didNotPrint(/from db|web-1/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("what no log keeps is shown all the same", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: ["sh", "-c", "echo hello; printf bye; exit 3"]
    logging: { driver: none }
`,
})
  .step(
    "from the first word to the last",
    run("up"),
    printed(/^web-1 +\| hello\nweb-1 +\| bye\n$/),
    complained(/^web-1 exited with code 3$/m),
  )
  .step("also when it is started again", run("up"), printed(/^web-1 +\| hello\nweb-1 +\| bye\n$/))
  .step(
    "by our own clock",
    run("up", "--timestamps"),
    printed(/^web-1 +\| \d{4}-\d\d-\d\dT\S+Z hello\nweb-1 +\| \S+Z bye\n$/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);
