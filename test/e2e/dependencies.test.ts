import { belongingsAre, complained, nothingIsLeft, serviceIs } from "../support/expectations.ts";
import { run, runFailing, scenario } from "../support/scenario.ts";

const sleeper = "{ image: busybox, command: sleep infinity, stop_signal: SIGKILL }";

scenario("a service waits for what it depends on, in the way it asks for", {
  "compose.yaml": `
services:
  db:
    image: busybox
    command: ["sh", "-c", "sleep 0.5; touch /ready; sleep infinity"]
    stop_signal: SIGKILL
    healthcheck: { test: "test -e /ready", interval: 200ms, retries: 100 }
  migration:
    image: busybox
    command: ["sh", "-c", "echo migrated"]
    depends_on: { db: { condition: service_healthy } }
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on:
      migration: { condition: service_completed_successfully }
      absent: { condition: service_started, required: false }
  absent:
    image: busybox
    profiles: [never]
`,
})
  .step(
    "up -d returns when all are started",
    run("up", "-d"),
    serviceIs("db", "healthy"),
    serviceIs("migration", "exited"),
    serviceIs("web", "running"),
  )
  .step("--wait counts a completed job as well", run("up", "-d", "--wait"), serviceIs("web", "running"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("who may fail, and who has no replica, holds nobody up", {
  "compose.yaml": `
services:
  warmup: { image: busybox, command: ["false"] }
  queue: { <<: &sleeper ${sleeper}, scale: 0 }
  unprobed: *sleeper
  web:
    <<: *sleeper
    depends_on:
      warmup: { condition: service_completed_successfully, required: false }
      queue: { condition: service_healthy }
      unprobed: { condition: service_healthy, required: false }
`,
})
  .step(
    "up starts who depends on them, and tells why it did not wait",
    run("up", "-d"),
    serviceIs("warmup", "exited"),
    serviceIs("web", "running"),
    complained(/optional dependency "warmup": .*\b1\b/),
    complained(/optional dependency "unprobed": .* has no healthcheck/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("to wait for the health of who is not probed is an error", {
  "compose.yaml": `
services:
  db: ${sleeper}
  web: { <<: ${sleeper}, depends_on: { db: { condition: service_healthy } } }
`,
})
  .step("up says who", runFailing(1, "up", "-d"), complained(/db-1 has no healthcheck/), serviceIs("web", "created"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

const chain = {
  "compose.yaml": `
x-sleeper: &sleeper ${sleeper}
services:
  db: *sleeper
  api: { <<: *sleeper, depends_on: [db] }
  web: { <<: *sleeper, depends_on: [api] }
  other: *sleeper
`,
};

scenario("up SERVICE brings its dependencies", chain)
  .step(
    "and nobody else",
    run("up", "-d", "api"),
    belongingsAre("container api-1", "container db-1", "network default"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

const profiled = {
  "compose.yaml": `
x-sleeper: &sleeper ${sleeper}
services:
  web: *sleeper
  debug: { <<: *sleeper, profiles: [debug] }
  tool: { <<: *sleeper, profiles: [tools], depends_on: [web] }
`,
};

scenario("a profile decides who takes part", profiled)
  .step("without one only the plain services", run("up", "-d"), belongingsAre("container web-1", "network default"))
  .step(
    "with one its services as well",
    run("--profile", "debug", "up", "-d"),
    belongingsAre("container debug-1", "container web-1", "network default"),
  )
  .step(
    "naming a service is enough",
    run("up", "-d", "tool"),
    belongingsAre("container debug-1", "container tool-1", "container web-1", "network default"),
  )
  .step("down with all profiles leaves nothing", run("--profile", "*", "down"), nothingIsLeft);

scenario("up --timing tells which dependency the start had to wait for", {
  "compose.yaml": `
services:
  db:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    healthcheck: { test: ["CMD", "true"], interval: 1s }
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: { db: { condition: service_healthy } }
`,
})
  .step(
    "a first up names it",
    run("up", "-d", "--timing"),
    complained(/^ +\d+\.\d{3}s {2}wait for db to be healthy$/m),
    complained(/^ {2}costliest dependency: web waited \d+\.\d{3}s for db \(\d+ %\)$/m),
  )
  .step("a second has nothing to tell", run("up", "-d", "--timing"), complained(/^Timing: nothing had to be done$/m))
  .step("down leaves nothing", run("down"), nothingIsLeft);
