import { complained, nothingIsLeft, printed } from "../support/expectations.ts";
import { type Action, run, runFailing, scenario } from "../support/scenario.ts";

const files = {
  "compose.yaml": `
services:
  db:
    image: busybox
    command: ["sh", "-c", "sleep infinity # $$HOME"]
    stop_signal: SIGKILL
    environment: { A: "1", DOLLAR: "a $$b" }
    volumes: ["data:/data", "./site:/site:ro", "/scratch"]
    ports: ["127.0.0.1::80", "81/udp"]
    restart: always
    mem_limit: 48m
    cap_add: [NET_ADMIN]
    labels: { tier: back }
    hostname: here
    networks: { default: { aliases: [store] } }
    healthcheck: { test: ["CMD", "true"], interval: 5s }
  web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, scale: 2 }
volumes: { data: {} }
`,
  "site/index.html": "hello\n",
};

/** What is generated from the containers of the project is kept as its compose file. */
const regenerated: Action = async (world) => {
  const { name } = world.project;
  await run(
    "generate",
    "--name",
    name,
    "--project-dir",
    ".",
    ...["db-1", "web-1", "web-2"].map((each) => `${name}-${each}`),
  )(world);
  await world.project.write({ "compose.yaml": world.outcomes.at(-1)?.stdout ?? "" });
};

scenario("a compose file that is generated makes the same containers", files)
  .step("up starts them", run("up", "-d"))
  .step(
    "the file has what they do not have from their image",
    regenerated,
    printed(/^ {4}restart: always$/m),
    printed(/^ {6}DOLLAR: a \$\$b$/m),
    printed(/^ {8}source: \.\/site$/m),
    printed(/^ {4}scale: 2$/m),
    async (world) => {
      if (/PATH|com\.docker\.compose/.test(world.outcomes.at(-1)?.stdout ?? "")) throw new Error("not only its own");
    },
  )
  .step("by it nothing would change but what no container tells", run("plan"), async (world) => {
    const changes = (world.outcomes.at(-1)?.stdout ?? "").split("\n").filter((line) => /^#\d+ recreate /.test(line));
    const told = changes.filter((line) => !/definition changed in what a container does not tell/.test(line));
    if (told.length > 0) throw new Error(told.join("\n"));
  })
  .step("a container that is not there is told", runFailing(1, "alpha", "generate", "absent"), complained(/"absent"/))
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);
