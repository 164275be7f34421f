import { didNotPrint, inspects, printed, variableIs } from "../support/expectations.ts";
import { run, scenario, write } from "../support/scenario.ts";

const sleeper = "image: busybox, command: sleep infinity, stop_signal: SIGKILL";

scenario("a variable is the shell's before it is a file's", {
  ".env": "WHO=file\nONLY=file\n",
  "compose.yaml": `services: { web: { ${sleeper}, environment: { WHO: "\${WHO}", ONLY: "\${ONLY}", NONE: "\${NONE:-default}" } } }`,
})
  .with({ WHO: "shell" })
  .step(
    "up takes both",
    run("up", "-d"),
    variableIs("web", "WHO", "shell"),
    variableIs("web", "ONLY", "file"),
    variableIs("web", "NONE", "default"),
  );

scenario("environment wins over env_file, a later file over an earlier, and a bare name takes or unsets", {
  "one.env": "A=one\nB=one\nC=one\n",
  "two.env": 'B=two\nC=two\nQUOTED="a b" # comment\nNESTED=${A}-${GIVEN}\n',
  "compose.yaml": `
services:
  web:
    image: postgres:15
    entrypoint: ["sleep", "infinity"]
    stop_signal: SIGKILL
    env_file: [one.env, { path: two.env }, { path: absent.env, required: false }]
    environment: [C=here, GIVEN, LANG, EMPTY=]
`,
})
  .with({ GIVEN: "given", LANG: "xx" })
  .step(
    "up puts them together",
    run("up", "-d"),
    variableIs("web", "A", "one"),
    variableIs("web", "B", "two"),
    variableIs("web", "C", "here"),
    variableIs("web", "QUOTED", "a b"),
    variableIs("web", "NESTED", "one-given"),
    variableIs("web", "GIVEN", "given"),
    variableIs("web", "EMPTY", ""),
    variableIs("web", "LANG", "xx"),
  )
  .step(
    "a bare name without a value unsets the image's",
    write({
      "compose.yaml": `services: { web: { image: "postgres:15", entrypoint: [sleep, infinity], stop_signal: SIGKILL, environment: [PGDATA] } }`,
    }),
    run("up", "-d"),
    variableIs("web", "PGDATA", undefined),
  );

scenario("containers and builds learn of the proxies in Docker's configuration, unless they know better", {
  "config.json": JSON.stringify({ proxies: { default: { httpProxy: "http://me:secret@proxy:1", noProxy: "here" } } }),
  Dockerfile: 'FROM busybox\nRUN echo "$http_proxy $no_proxy" > /told\n',
  "compose.yaml": `
services:
  web: { ${sleeper}, environment: { no_proxy: mine } }
  built: { build: { context: ., args: { no_proxy: argument } }, command: sleep infinity, stop_signal: SIGKILL }
`,
})
  .step("a folder of the project is Docker's configuration", (world) => {
    world.environment = { DOCKER_CONFIG: world.project.directory };
    return Promise.resolve();
  })
  .step(
    "up tells them",
    run("up", "-d"),
    didNotPrint(/secret/),
    variableIs("web", "HTTP_PROXY", "http://me:secret@proxy:1"),
    variableIs("web", "http_proxy", "http://me:secret@proxy:1"),
    variableIs("web", "NO_PROXY", "here"),
    variableIs("web", "no_proxy", "mine"),
    run("exec", "-T", "built", "cat", "/told"),
    printed("http://me:secret@proxy:1 argument"),
  );

scenario("an override adds, replaces and clears", {
  "compose.yaml": `
services:
  web:
    ${sleeper.replaceAll(", ", "\n    ")}
    environment: { A: "1", B: "1" }
    ports: ["127.0.0.1::80"]
    labels: { kept: "yes", changed: "no" }
`,
  "compose.override.yaml": `
services:
  web:
    command: ["sleep", "1000"]
    environment: [B=2, C=2]
    ports: !reset []
    labels: { changed: "yes" }
`,
})
  .step(
    "up merges the two",
    run("up", "-d"),
    variableIs("web", "A", "1"),
    variableIs("web", "B", "2"),
    variableIs("web", "C", "2"),
    inspects("web", ({ Config }) => [Config.Cmd, Config.Labels["kept"], Config.Labels["changed"]], [
      ["sleep", "1000"],
      "yes",
      "yes",
    ]),
    inspects("web", ({ HostConfig }) => HostConfig.PortBindings ?? {}, {}),
  )
  .step("config shows what up understood", run("config", "--services"), printed("web"));
