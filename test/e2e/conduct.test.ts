import { belongingsAre, complained, didNotPrint, nothingIsLeft, printed, serviceIs } from "../support/expectations.ts";
import { eventually, run, runFailing, runInterrupted, scenario, write } from "../support/scenario.ts";

scenario("a project has the name that its file gives it", {
  "compose.yaml": `
name: \${WANTED}
services: { web: { image: busybox } }
`,
})
  .with({ COMPOSE_PROJECT_NAME: "" })
  .step(
    "where nothing else names it",
    (world) => {
      world.environment = { ...world.environment, WANTED: world.project.name };
      return Promise.resolve();
    },
    run("create"),
    belongingsAre("container web-1", "network default"),
  )
  .step("down finds it by that name", run("down"), nothingIsLeft);

scenario("pre_stop hooks run in a container before it is stopped", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    pre_stop:
      - command: ["sh", "-c", "{ id -u; pwd; echo $$WHO; } > /tmp/last-words"]
        user: daemon
        working_dir: /var
        environment: [WHO=hook]
`,
})
  .step("up starts it", run("up", "-d"), runFailing(1, "exec", "-T", "web", "cat", "/tmp/last-words"))
  .step(
    "a restart is a stop",
    run("restart"),
    run("exec", "-T", "web", "cat", "/tmp/last-words"),
    printed("1\n/var\nhook"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a pre_stop hook may ask for all privileges", {
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    pre_stop: [{ command: ["true"], privileged: true }]
`,
})
  .step("up starts it", run("up", "-d"))
  .step(
    "the plan to replace it asks for them, whether or not this engine may give them",
    run("plan", "--force-recreate", "--format", "json"),
    printed(/"moment": "pre_stop",[^}]*"privileged": true/),
  );

const hooked = (preStart: string, postStart: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    volumes: ["data:/data"]
    pre_start: [{ command: ["sh", "-c", "${preStart}"] }]
    post_start: [{ command: ["sh", "-c", "${postStart}"] }]
volumes: { data: {} }
`,
});
const note = (word: string): string => `echo ${word} >> /data/log`;
const failing = "echo no luck; exit 9";

scenario("hooks run before and after a start, and one that fails is told", hooked(note("before"), note("after")))
  .step("in this order", run("up", "-d"), run("exec", "web", "cat", "/data/log"), printed("before\nafter"))
  .step(
    "the first once for all replicas, the second in each",
    run("up", "-d", "--scale", "web=2"),
    run("exec", "web", "cat", "/data/log"),
    printed("before\nafter\nafter"),
  )
  .step(
    "after a start: the container runs on",
    write(hooked(note("before"), failing)),
    runFailing(1, "up", "-d", "--force-recreate"),
    complained(/post_start.*\b9\b/),
    complained(/no luck/),
    serviceIs("web", "running"),
    run("down"),
  )
  .step(
    "an interruption waits for none",
    write(hooked(note("before"), "touch /there; exec sleep infinity")),
    runInterrupted(
      { when: eventually(run("exec", "web", "test", "-e", "/there")), signal: "SIGINT", exitCode: 130 },
      "up",
      "-d",
    ),
    complained(/post_start hook "sh -c touch .*" goes on without us/),
    serviceIs("web", "running"),
    run("down"),
  )
  .step(
    "before a start: the service does not start",
    write(hooked(failing, note("after"))),
    runFailing(1, "up", "-d"),
    complained(/pre_start.*\b9\b/),
    complained(/no luck/),
    run("ps", "-a", "--format", "{{.Name}} {{.State}}"),
    printed(/^\S+-web-1 created\n$/),
  )
  .step("down leaves nothing, of the hook either", run("down", "-v"), nothingIsLeft);

scenario("an attached up shows those that attach", {
  "compose.yaml": `
services:
  loud: { image: busybox, command: ["echo", "from loud"] }
  quiet: { image: busybox, command: ["echo", "from quiet"], attach: false }
`,
})
  .step("and the others are quiet", run("up"), printed(/from loud/), didNotPrint(/from quiet/))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a host path is made unless the file forbids it", {
  "compose.yaml": `
services:
  made: { image: busybox, command: ["ls", "/made"], volumes: [{ type: bind, source: ./made, target: /made }] }
  missed:
    image: busybox
    profiles: [strict]
    volumes: [{ type: bind, source: ./missed, target: /missed, bind: { create_host_path: false } }]
`,
})
  .step("it is made", run("up"), run("cp", "made:/made", "copy"))
  .step("it is missed", runFailing(1, "create", "missed"), complained(/missed/))
  .step("down leaves nothing", run("--profile", "strict", "down"), nothingIsLeft);
