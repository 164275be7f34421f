import { belongingsAre, complained, inspects, nothingIsLeft, printed, serviceIs } from "../support/expectations.ts";
import { run, runFailing, scenario, write } from "../support/scenario.ts";
import type { Action } from "../support/scenario.ts";

const sleeper = "{ image: busybox, command: sleep infinity, stop_signal: SIGKILL }";

/** Somebody else's things, under a name of this run so that the leak check would find them. */
const makeNetwork =
  (suffix: string): Action =>
  ({ engine, project }) =>
    engine.send("POST", "/networks/create", { Name: `${project.name}-${suffix}` });
const removeNetwork =
  (suffix: string): Action =>
  ({ engine, project }) =>
    engine.send("DELETE", `/networks/${project.name}-${suffix}`);
const makeVolume =
  (suffix: string): Action =>
  ({ engine, project }) =>
    engine.send("POST", "/volumes/create", { Name: `${project.name}-${suffix}` });
const removeVolume =
  (suffix: string): Action =>
  ({ engine, project }) =>
    engine.send("DELETE", `/volumes/${project.name}-${suffix}`);

scenario("external networks and volumes are used and left", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, networks: [theirs], volumes: ["stock:/stock"] }
networks: { theirs: { external: true, name: "\${COMPOSE_PROJECT_NAME}-theirs" } }
volumes: { stock: { external: true, name: "\${COMPOSE_PROJECT_NAME}-stock" } }
`,
})
  .step("without them up says what is missing", runFailing(1, "up", "-d"), nothingIsLeft, complained(/-theirs|-stock/))
  .step(
    "with them it uses them",
    makeNetwork("theirs"),
    makeVolume("stock"),
    run("up", "-d"),
    belongingsAre("container web-1"),
    inspects("web", ({ Mounts }) => Mounts.map(({ Destination }) => Destination), ["/stock"]),
  )
  .step(
    "down -v leaves them",
    run("down", "-v"),
    nothingIsLeft,
    removeNetwork("theirs"), // refuses when it is gone
    removeVolume("stock"),
  );

scenario("a name of its own is taken as it is", {
  "compose.yaml": `
services:
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, container_name: "\${COMPOSE_PROJECT_NAME}-x", volumes: ["data:/d"] }
networks: { default: { name: "\${COMPOSE_PROJECT_NAME}-y" } }
volumes: { data: { name: "\${COMPOSE_PROJECT_NAME}-z" } }
`,
})
  .step("up makes them so", run("up", "-d"), belongingsAre("container x", "network y", "volume z"))
  .step("down -v removes them", run("down", "-v"), nothingIsLeft);

scenario("down SERVICE takes the service, and leaves what others use", {
  "compose.yaml": `services: { web: ${sleeper}, other: ${sleeper} }\n`,
})
  .step("up starts both", run("up", "-d"))
  .step(
    "one goes",
    run("down", "web"),
    belongingsAre("container other-1", "network default"),
    serviceIs("other", "running"),
  )
  .step("the rest goes", run("down"), nothingIsLeft);

scenario("down needs no compose file when the project is named", { "compose.yaml": `services: { web: ${sleeper} }\n` })
  .step("up starts it", run("up", "-d"))
  .step(
    "from somewhere else",
    write({ "elsewhere/.keep": "" }),
    run("--project-directory", "elsewhere", "ps", "--format", "{{.Service}}"),
    printed("web"),
    run("--project-directory", "elsewhere", "down"),
    nothingIsLeft,
  );

scenario("include and extends make one project", {
  "compose.yaml": `
include: [./store/compose.yaml]
services:
  web: { extends: { file: base.yaml, service: base }, depends_on: [store] }
`,
  "base.yaml": `services: { base: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, environment: [FROM=base] } }\n`,
  "store/compose.yaml": `services: { store: { ${sleeper.slice(1, -1)}, env_file: store.env, volumes: ["./files:/files:ro"] } }\n`,
  "store/store.env": "FROM=store\n",
  "store/files/a.txt": "from the store\n",
})
  .step(
    "up starts them all, each with the files beside it",
    run("up", "-d"),
    belongingsAre("container store-1", "container web-1", "network default"),
    run("exec", "store", "sh", "-c", "echo $FROM; cat /files/a.txt"),
    printed("store\nfrom the store"),
    run("exec", "web", "sh", "-c", "echo $FROM"),
    printed("base"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);
