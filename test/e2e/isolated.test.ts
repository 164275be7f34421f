import { expect } from "vitest";
import { belongingsAre, printed } from "../support/expectations.ts";
import { freePort } from "../support/free-port.ts";
import { type Action, run, scenario } from "../support/scenario.ts";

const port = await freePort();

/** Nothing of this could run twice as it is: a container name, a port, a subnet with addresses, a volume's name. */
const files = {
  "compose.yaml": `
services:
  web:
    image: busybox
    container_name: \${COMPOSE_PROJECT_NAME}-the-one
    command: sh -c 'hostname -i > /www/index.html; exec httpd -f -h /www'
    stop_signal: SIGKILL
    tmpfs: /www
    ports: ["127.0.0.1:${port}:80"]
    networks: { default: { ipv4_address: 10.221.5.9 } }
  asker:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    volumes: ["data:/data"]
networks: { default: { ipam: { config: [{ subnet: 10.221.5.0/24 }] } } }
volumes: { data: { name: "\${COMPOSE_PROJECT_NAME}-data" } }
`,
};

/** The copy's variables lead to a web server that answers with an address of its own. */
function answersApart(copy: string): Action {
  return async (world) => {
    await run("env", `--isolated=${copy}`, "--format", "json")(world);
    const variables = JSON.parse(world.outcomes.at(-1)?.stdout ?? "") as Record<string, string>;
    expect(variables["COMPOSE_PROJECT_NAME"]).toBe(`${world.project.name}-${copy}`);
    const response = await fetch(`http://${variables["WEB_HOST"]}:${variables["WEB_PORT"]}/`);
    const address = (await response.text()).trim();
    expect(address).toMatch(/^10\.\d+\.\d+\.9$/);
    expect([...world.memory.values()]).not.toContain(address);
    world.memory.set(copy, address);
  };
}

const inCopy =
  (copy: string, ...args: readonly string[]): Action =>
  async (world) =>
    run("-p", `${world.project.name}-${copy}`, ...args)(world);

scenario("one file runs in as many copies as wanted", files)
  .step(
    "as it is",
    run("up", "-d"),
    belongingsAre("container asker-1", "container the-one", "network default", "volume data"),
  )
  .step("in two copies beside it", run("up", "-d", "--isolated=one"), run("up", "-d", "--isolated=two"))
  .step("each answers at a place of its own, which env tells", answersApart("one"), answersApart("two"))
  .step("port and ps know them by their names", inCopy("one", "port", "web", "80"), printed(/^127\.0\.0\.1:\d+$/m))
  .step("their services find each other by the fixed name", async (world) => {
    await inCopy("two", "exec", "asker", "wget", "-qO-", `http://${world.project.name}-the-one`)(world);
    expect(world.outcomes.at(-1)?.stdout.trim()).toBe(world.memory.get("two"));
  })
  .step("a second up writes nothing", run("plan", "--isolated=one", "--detailed-exitcode"))
  .step(
    "each goes by itself",
    inCopy("one", "down", "-v"),
    inCopy("two", "down", "-v"),
    belongingsAre("container asker-1", "container the-one", "network default", "volume data"),
    run("down", "-v"),
  );
