import {
  belongingsAre,
  complained,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { run, runFailing, scenario } from "../support/scenario.ts";

const sleeper = "{ image: busybox, command: sleep infinity, stop_signal: SIGKILL }";

scenario("a service is stopped, started, paused and killed, and stays the same container", {
  "compose.yaml": `
services:
  db: ${sleeper}
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, depends_on: [db] }
`,
})
  .step("up starts it", run("up", "-d"), remember("db"), remember("web"))
  .step("stop", run("stop"), serviceIs("db", "exited"), serviceIs("web", "exited"))
  .step(
    "start of one brings what it depends on",
    run("start", "web"),
    serviceIs("db", "running"),
    serviceIs("web", "running"),
  )
  .step("restart", run("restart"), serviceIs("db", "running"), serviceIs("web", "running"))
  .step("pause", run("pause", "db"), serviceIs("db", "paused"), serviceIs("web", "running"))
  .step("unpause", run("unpause", "db"), serviceIs("db", "running"))
  .step("kill", run("kill", "-s", "KILL", "web"), serviceIs("web", "exited"), serviceIs("db", "running"))
  .step("all of them are still the same", isSameContainer("db"), isSameContainer("web"))
  .step("rm takes what does not run", run("rm", "-f"), belongingsAre("container db-1", "network default"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a container has the time to end that it asks for", {
  "compose.yaml": `
services:
  polite:
    image: busybox
    command: ["sh", "-c", "trap 'echo bye; exit 5' TERM; echo ready; touch /ready; while :; do sleep 0.1; done"]
    healthcheck: { test: "test -e /ready", interval: 100ms, retries: 100 }
  stubborn:
    image: busybox
    command: ["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"]
    stop_grace_period: 100ms
    healthcheck: { test: "true", interval: 100ms }
`,
})
  .step("up starts it", run("up", "-d", "--wait"))
  .step(
    "stop asks, waits, and ends who does not listen",
    run("stop"),
    run("logs", "--no-log-prefix", "polite"),
    printed("ready\nbye"),
    run("ps", "-a", "--format", "{{.Service}} {{.ExitCode}}"),
    printed(/^polite 5$/m),
    printed(/^stubborn 137$/m),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("up --wait fails for what does not become healthy", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, healthcheck: { test: "false", interval: 100ms, retries: 1 } }
`,
})
  .step("and says who", runFailing(1, "up", "--wait"), serviceIs("web", "unhealthy"), complained(/web.*unhealthy/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("up --wait-timeout waits no longer than that", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, healthcheck: { test: "true", interval: 1h } }
`,
})
  .step(
    "and says for whom",
    runFailing(1, "up", "--wait", "--wait-timeout", "1"),
    serviceIs("web", "starting"),
    complained(/web-1 is not running or healthy after 1s/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("what somebody else made under a name of ours is used, with a word about it", {
  "compose.yaml": `
services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, volumes: ["data:/data"] } }
volumes: { data: {} }
`,
})
  .step(
    "up warns and goes on",
    ({ engine, project: { name } }) => engine.send("POST", "/volumes/create", { Name: `${name}_data` }),
    run("up", "-d"),
    belongingsAre("container web-1", "network default"),
    complained(/_data.*(already exists|not made by compose)/),
  )
  .step(
    "it is ours to remove only with its container gone",
    run("down"),
    nothingIsLeft,
    ({ engine, project: { name } }) => engine.send("DELETE", `/volumes/${name}_data`),
  );
