import {
  belongingsAre,
  complained,
  inspects,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  printed,
  remember,
  serviceIs,
  variableIs,
} from "../support/expectations.ts";
import { run, scenario, write } from "../support/scenario.ts";

const project = (version: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
x-sleeper: &sleeper { image: busybox, command: sleep infinity, stop_signal: SIGKILL }
services:
  db: { <<: *sleeper, environment: { VERSION: "${version}" }, volumes: ["/scratch", "data:/data"] }
  api: { <<: *sleeper, depends_on: { db: { condition: service_started, restart: true } } }
  web: { <<: *sleeper, depends_on: [api] }
volumes: { data: {} }
`,
});
const whole = ["container api-1", "container db-1", "container web-1", "network default", "volume data"];

scenario("only what changed is made anew", project("1"))
  .step("up starts it", run("up", "-d"), remember("db"), remember("api"), remember("web"))
  .step("data is written", run("exec", "db", "sh", "-c", "echo kept | tee /scratch/file > /data/file"))
  .step(
    "a change recreates its service and keeps its volumes, the named and the anonymous",
    write(project("2")),
    run("up", "-d"),
    belongingsAre(...whole),
    isNewContainer("db"),
    isSameContainer("api"),
    isSameContainer("web"),
    variableIs("db", "VERSION", "2"),
    run("exec", "db", "cat", "/scratch/file", "/data/file"),
    printed("kept\nkept"),
  )
  .step("its dependent with restart was restarted", serviceIs("api", "running"))
  .step("--force-recreate makes all anew", remember("web"), run("up", "-d", "--force-recreate"), isNewContainer("web"))
  .step(
    "--no-recreate keeps what differs",
    remember("db"),
    write(project("3")),
    run("up", "-d", "--no-recreate"),
    isSameContainer("db"),
    variableIs("db", "VERSION", "2"),
  )
  .step("up with a service leaves the others", write(project("4")), run("up", "-d", "web"), isNewContainer("db"))
  .step(
    "--no-deps leaves dependencies",
    remember("db"),
    write(project("5")),
    run("up", "-d", "--no-deps", "web"),
    isSameContainer("db"),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

scenario("a stopped or removed container comes back", project("1"))
  .step("up starts it", run("up", "-d"), remember("web"), remember("api"))
  .step(
    "one is stopped, one removed, by somebody else",
    ({ engine, project: { name } }) => engine.send("POST", `/containers/${name}-web-1/stop`),
    ({ engine, project: { name } }) => engine.send("DELETE", `/containers/${name}-api-1?force=1`),
  )
  .step(
    "up starts the one and makes the other",
    run("up", "-d"),
    belongingsAre(...whole),
    isSameContainer("web"),
    isNewContainer("api"),
    serviceIs("web", "running"),
  )
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft);

scenario("a frozen container goes on, and one whose network is gone is made anew", {
  "compose.yaml": "services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL } }\n",
})
  .step("up starts it", run("up", "-d"), remember("web"))
  .step(
    "somebody else freezes it",
    ({ engine, project: { name } }) => engine.send("POST", `/containers/${name}-web-1/pause`),
    run("up", "-d"),
    isSameContainer("web"),
    serviceIs("web", "running"),
  )
  .step("somebody else takes its network away", async ({ engine, project: { name } }) => {
    const endpoint = { Container: `${name}-web-1`, Force: true };
    await engine.send("POST", `/networks/${name}_default/disconnect`, endpoint);
    await engine.send("DELETE", `/networks/${name}_default`);
  })
  .step("up makes both", run("up", "-d"), isNewContainer("web"), belongingsAre("container web-1", "network default"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

scenario("a service that is gone from the file is an orphan", project("1"))
  .step("up starts it", run("up", "-d"))
  .step(
    "without its service up warns and leaves it",
    write({ "compose.yaml": "services: { db: { image: busybox, command: sleep infinity, stop_signal: SIGKILL } }\n" }),
    run("up", "-d"),
    serviceIs("web", "running"),
    complained(/orphan/),
  )
  .step(
    "--remove-orphans removes it",
    run("up", "-d", "--remove-orphans"),
    belongingsAre("container db-1", "network default", "volume data"),
  )
  .step("down -v leaves nothing", run("down", "-v", "--remove-orphans"));

const scaled = (scale: number): Readonly<Record<string, string>> => ({
  "compose.yaml": `services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL, scale: ${scale} } }\n`,
});

scenario("a service grows and shrinks", scaled(3))
  .step(
    "up makes the replicas",
    run("up", "-d"),
    belongingsAre("container web-1", "container web-2", "container web-3", "network default"),
  )
  .step(
    "fewer: the highest numbers go",
    write(scaled(2)),
    run("up", "-d"),
    belongingsAre("container web-1", "container web-2", "network default"),
  )
  .step(
    "--scale on the command line",
    run("up", "-d", "--scale", "web=4"),
    belongingsAre("container web-1", "container web-2", "container web-3", "container web-4", "network default"),
  )
  .step("none", run("up", "-d", "--scale", "web=0"), belongingsAre("network default"))
  .step("down leaves nothing", run("down"), nothingIsLeft);

const subnet = (third: number): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services: { web: { image: busybox, command: sleep infinity, stop_signal: SIGKILL } }
networks: { default: { ipam: { config: [{ subnet: 10.219.${third}.0/24 }] } } }
`,
});

scenario("a network that changed is made anew under its containers", subnet(1))
  .step("up starts it", run("up", "-d"))
  .step(
    "with another subnet its container gets another address",
    write(subnet(2)),
    run("up", "-d"),
    serviceIs("web", "running"),
    inspects("web", ({ NetworkSettings }) => Object.values(NetworkSettings.Networks).map((end) => end.IPAddress), [
      "10.219.2.2",
    ]),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);
