import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { belongingsAre, complained, didNotPrint, nothingIsLeft, printed, serviceIs } from "../support/expectations.ts";
import { freePort } from "../support/free-port.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";

const occupant = createServer().listen(0, "0.0.0.0");
await once(occupant, "listening");
const { port } = occupant.address() as AddressInfo;
afterAll(() => void occupant.close());

scenario("an image that cannot be had stops up before anything is made", {
  "compose.yaml":
    "services:\n  web: { image: localhost:1/absent:1 }\n  db: { image: busybox, command: sleep infinity }\n",
})
  .step(
    "up names the image and the service",
    runFailing(1, "up", "-d"),
    nothingIsLeft,
    complained(/localhost:1\/absent:1/),
    complained(/hint:/),
  )
  .step(
    "so does one that may not build it",
    write({ "compose.yaml": "services:\n  web: { build: . }\n", Dockerfile: "FROM busybox\n" }),
    runFailing(1, "up", "-d", "--no-build"),
    nothingIsLeft,
    complained(/services\.web\.build: image "\S+-web" is not on the engine and --no-build forbids building it/),
  );

scenario("a push that no registry takes is told with the image", {
  "compose.yaml":
    'services: { web: { build: ., image: "localhost:1/${COMPOSE_PROJECT_NAME}-web" }, db: { image: busybox } }\n',
  Dockerfile: "FROM busybox\n",
})
  .step("build makes it", run("build"))
  .step(
    "only what is built is pushed",
    run("--dry-run", "push"),
    printed(/^#1 push localhost:1\/\S+-web\b/),
    didNotPrint(/busybox/),
  )
  .step("push says what became of it", runFailing(1, "push"), complained(/localhost:1\/\S+-web/))
  .step("unless failures do not count", run("push", "--ignore-push-failures"), complained(/localhost:1\/\S+-web/));

scenario("a port that somebody else has is named", {
  "compose.yaml": `services:\n  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ports: ["${port}:80"] }\n`,
})
  .step("up says which port", runFailing(1, "up", "-d"), complained(new RegExp(`\\b${port}\\b`)), complained(/hint:/))
  .step(
    "with another port it goes on from there",
    write({
      "compose.yaml":
        'services:\n  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ports: ["80"] }\n',
    }),
    run("up", "-d"),
    serviceIs("web", "running"),
    belongingsAre("container web-1", "network default"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a name that somebody else's container has is told before anything is done", {
  "compose.yaml": `services:
  db: { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, container_name: "\${COMPOSE_PROJECT_NAME}-mine" }
`,
})
  .step("somebody else has it", ({ engine, project: { name } }) =>
    engine.send("POST", `/containers/create?name=${name}-mine`, {
      Image: "busybox",
      Labels: { "com.docker.compose.project": name },
    }),
  )
  .step(
    "up says so, and leaves all as it is",
    runFailing(1, "up", "-d"),
    complained(/compose\.yaml:3:\d+ .*-mine"? is taken/),
    belongingsAre("container mine"),
  );

scenario("a dependency that does not become healthy keeps its dependents from starting", {
  "compose.yaml": `
services:
  db:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    healthcheck: { test: ["CMD", "false"], interval: 100ms, retries: 2 }
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: { db: { condition: service_healthy } }
`,
})
  .step(
    "up names the dependency",
    runFailing(1, "up", "-d"),
    serviceIs("db", "unhealthy"),
    serviceIs("web", "created"),
    complained(/db.*unhealthy/),
    complained(/hint:.*logs db/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a dependency that ends badly keeps its dependents from starting", {
  "compose.yaml": `
services:
  migration: { image: busybox, command: ["sh", "-c", "exit 3"] }
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    depends_on: { migration: { condition: service_completed_successfully } }
`,
})
  .step(
    "up says how it ended",
    runFailing(1, "up", "-d"),
    serviceIs("migration", "exited"),
    serviceIs("web", "created"),
    complained(/migration.*\b3\b/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a failure is explained on one screen: cause, chain, end, probe, last words, next step", {
  "compose.yaml": `
services:
  db:
    image: busybox
    command: ["sh", "-c", "echo opening the book; echo cannot read page 7 >&2; sleep infinity"]
    stop_signal: SIGKILL
    healthcheck: { test: ["CMD", "sh", "-c", "echo no answer; exit 4"], interval: 100ms, retries: 2 }
  api: { image: busybox, command: sleep infinity, depends_on: { db: { condition: service_healthy } } }
  web: { image: busybox, command: sleep infinity, depends_on: [api] }
`,
})
  .step(
    "for people",
    runFailing(1, "up", "-d"),
    complained(/^db: container \S+-db-1 is unhealthy$/m),
    complained(/^ {2}not started: api, web \(web -> api -> db\)$/m),
    complained(/^ {2}last probe exited with 4: no answer$/m),
    complained(/^ {4}cannot read page 7$/m),
    complained(/hint:.*logs db/),
  )
  .step(
    "for programs",
    runFailing(1, "--progress", "json", "up", "-d"),
    complained(
      /"notStarted":\[\{"service":"api","chain":\["api","db"\]\},\{"service":"web","chain":\["web","api","db"\]/,
    ),
    complained(/"probe":\{"exitCode":4,"output":"no answer"\},"lastLines":\["cannot read page 7"\]/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("an end by a signal is told by its name", {
  "compose.yaml": `
services:
  job: { image: busybox, command: ["sh", "-c", "exit 137"] }
  web: { image: busybox, command: sleep infinity, depends_on: { job: { condition: service_completed_successfully } } }
`,
})
  .step("up names it", runFailing(1, "up", "-d"), complained(/exit code 137 \(SIGKILL\)/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a command that the image does not have is the container's trouble, told once", {
  "compose.yaml": "services:\n  web: { image: busybox, command: no-such-program }\n",
})
  .step("up says which", runFailing(1, "up", "-d"), complained(/no-such-program/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("no engine is told with a way out", { "compose.yaml": "services: { web: { image: busybox } }\n" })
  .with({ DOCKER_HOST: "unix:///nonexistent/docker.sock" })
  .step(
    "up names the address",
    runFailing(1, "up", "-d"),
    complained(/\/nonexistent\/docker\.sock/),
    complained(/hint:/),
  );

const free = await freePort();
const publishing = (service: string): string => `
services:
  ${service}: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, ports: ["${free}:80"] }
`;

scenario("a port that another container has is told before anything is done", { "compose.yaml": publishing("old") })
  .step("a service publishes it", run("up", "-d"))
  .step("it does so again", run("up", "-d"), run("plan"), printed(/nothing to do/))
  .step(
    "when another service takes its place, up names the port, the holder and the way out",
    write({ "compose.yaml": publishing("new") }),
    runFailing(1, "up", "-d"),
    complained(new RegExp(`compose.yaml:3:\\d+ .*${free}/tcp is already published by orphan container .*-old-1`)),
    complained(/hint: .*--remove-orphans/),
    belongingsAre("container old-1", "network default"),
  )
  .step("that way leads out", run("up", "-d", "--remove-orphans"), serviceIs("new", "running"))
  .step("down leaves nothing", run("down"), nothingIsLeft);
