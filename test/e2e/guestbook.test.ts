import { readFile } from "node:fs/promises";
import {
  accepts,
  answers,
  belongingsAre,
  isSameContainer,
  nothingIsLeft,
  remember,
  serviceIs,
} from "../support/expectations.ts";
import { freePort } from "../support/free-port.ts";
import { isPodman, whileProbed } from "../support/podman.ts";
import { type Action, run, runDockerCompose, scenario } from "../support/scenario.ts";

const guestbook = new URL("../../examples/guestbook/", import.meta.url);
const port = String(await freePort());
const entries = `http://127.0.0.1:${port}/api/entries`;
const everything = [
  "container api-1",
  "container db-1",
  "container web-1",
  "network backend",
  "network frontend",
  "volume entries",
];

/** Podman has no address of its own for names: they are asked for at the gateway, which is known where the subnet is. */
const withoutDockersResolver: Action = async ({ engine, project }) => {
  if (!(await isPodman(engine))) return;
  const configuration = await readFile(new URL("web/default.conf", guestbook), "utf8");
  await project.write({
    "web/default.conf": configuration.replace("127.0.0.11", "10.217.77.1"),
    "compose.override.yaml": "networks: { frontend: { ipam: { config: [{ subnet: 10.217.77.0/24 }] } } }\n",
  });
};

scenario("the guestbook keeps its entries until they are to go", guestbook)
  .with({ GUESTBOOK_PORT: port })
  .step(
    "up builds, starts and waits",
    withoutDockersResolver,
    run("up", "-d", "--build", "--wait"),
    belongingsAre(...everything),
    serviceIs("db", "healthy"),
    serviceIs("api", "healthy"),
    serviceIs("web", "healthy"),
  )
  .step("it can be signed", accepts(entries, { name: "Ann", message: "I was here" }), answers(entries, /I was here/))
  .step("down removes all but the volume", run("down"), belongingsAre("volume entries"))
  .step("up again still has the entry", run("up", "-d", "--wait"), answers(entries, /I was here/))
  .step("down -v leaves nothing", run("down", "-v"), nothingIsLeft)
  .step("up after that has no entry", run("up", "-d", "--wait"), answers(entries, /^\[\]$/))
  .step("down -v ends it", run("down", "-v"), nothingIsLeft);

scenario("what tscompose started, docker compose manages", guestbook)
  .needsDockerCompose()
  .notOnPodman("there Docker Compose makes its own containers anew, too, at every up")
  .with({ GUESTBOOK_PORT: port })
  .step(
    "tscompose starts it",
    withoutDockersResolver,
    run("up", "-d", "--build", "--wait"),
    remember("web"),
    remember("api"),
    remember("db"),
  )
  .step(
    "docker compose finds nothing to change",
    runDockerCompose("up", "-d", "--wait"),
    isSameContainer("web"),
    isSameContainer("api"),
    isSameContainer("db"),
  )
  .step("docker compose removes it", runDockerCompose("down", "-v"), nothingIsLeft);

scenario("what docker compose started, tscompose manages", guestbook)
  .needsDockerCompose()
  .with({ GUESTBOOK_PORT: port })
  .step(
    "docker compose starts it",
    withoutDockersResolver,
    whileProbed(runDockerCompose("up", "-d", "--build", "--wait")),
    remember("web"),
    remember("api"),
    remember("db"),
  )
  .step(
    "tscompose finds nothing to change",
    run("up", "-d", "--wait"),
    isSameContainer("web"),
    isSameContainer("api"),
    isSameContainer("db"),
  )
  .step("tscompose removes it", run("down", "-v"), nothingIsLeft);
