import { describe, expect, test } from "vitest";
import type { ContainerInspect } from "../../src/docker-api/container.ts";
import { EngineApi } from "../support/engine-api.ts";
import {
  complained,
  isNewContainer,
  isSameContainer,
  nothingIsLeft,
  remember,
  serviceIs,
  variableIs,
} from "../support/expectations.ts";
import { freePort } from "../support/free-port.ts";
import { RecordingProxy } from "../support/recording-proxy.ts";
import { type Action, run, runFailing, scenario, write } from "../support/scenario.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, killGroup, type RunningCommand, start, toolUnderTest } from "../support/tool.ts";

const replicated = (version: string, updateConfig: string, probe = "true"): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    environment: { VERSION: "${version}" }
    healthcheck: { test: ["CMD", "${probe}"], interval: 200ms, retries: 2 }
    deploy: { replicas: 3, update_config: ${updateConfig} }
`,
});

/** While an action goes on, no fewer containers of the project run, told by the engine's own events. */
function neverFewerThan(least: number, action: Action): Action {
  return async (world) => {
    const { engine, project } = world;
    await using changes = await engine.events();
    await action(world);
    let count = 3;
    let fewest = count;
    for (const { Action: what, Actor } of changes.seen) {
      if (Actor.Attributes["com.docker.compose.project"] !== project.name) continue;
      if (what === "die") count -= 1;
      if (what === "start") count += 1;
      fewest = Math.min(fewest, count);
    }
    expect(changes.seen.map(({ Action: what }) => what)).toContain("die");
    expect(fewest).toBeGreaterThanOrEqual(least);
  };
}

/** Between two replicas and the third; that both of the two are away at the same moment nobody promises. */
const waitedOnce: Action = async ({ outcomes }) =>
  expect(outcomes.at(-1)?.stderr.match(/Service web {2}Waited/g)).toHaveLength(1);

scenario("replicas are replaced as few at a time as the file says", replicated("1", "{ parallelism: 2, delay: 300ms }"))
  .step("up starts them", run("up", "-d", "--wait"), remember("web"))
  .step(
    "two at a time are replaced",
    write(replicated("2", "{ parallelism: 2, delay: 300ms }")),
    neverFewerThan(1, run("up", "-d")),
    waitedOnce,
    isNewContainer("web"),
    variableIs("web", "VERSION", "2"),
  )
  .step(
    "one at a time where the file says nothing",
    write(replicated("3", "{}")),
    neverFewerThan(2, run("up", "-d")),
    variableIs("web", "VERSION", "3"),
  )
  .step(
    "none stops before its successor runs, with start-first",
    write(replicated("4", "{ order: start-first }")),
    neverFewerThan(3, run("up", "-d")),
    variableIs("web", "VERSION", "4"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

const asked = "{ failure_action: rollback }";

scenario("a new version that does not get healthy is rolled back", replicated("1", asked))
  .step("up starts it", run("up", "-d", "--wait"), remember("web"))
  .step(
    "a version that is not fit to serve fails, and leaves all as it was",
    write(replicated("2", asked, "false")),
    runFailing(1, "up", "-d"),
    isSameContainer("web"),
    variableIs("web", "VERSION", "1"),
    complained(/unhealthy/),
  )
  .step(
    "start-first does not even stop the old ones",
    write(replicated("2", "{ order: start-first, failure_action: rollback, monitor: 100ms }", "false")),
    fewestUntouched(runFailing(1, "up", "-d")),
    isSameContainer("web"),
  )
  .step(
    "one that is fit takes over",
    write(replicated("3", asked)),
    run("up", "-d"),
    isNewContainer("web"),
    variableIs("web", "VERSION", "3"),
    serviceIs("web", "healthy"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

const careful = (version: string, probe = "true"): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    environment: { VERSION: "${version}" }
    healthcheck: { test: ["CMD", "${probe}"], interval: 200ms, retries: 2 }
    deploy:
      replicas: 2
      update_config: { parallelism: 0, failure_action: rollback }
      rollback_config: { parallelism: 1, delay: 400ms, failure_action: pause, monitor: 100ms, order: start-first }
`,
});

/** The old containers are started again one after another, so far apart at least. */
function comeBackApart(leastMs: number, action: Action): Action {
  return async (world) => {
    await using changes = await world.engine.events();
    await action(world);
    const old = new Set(world.memory.get("web")?.split(" "));
    const starts = changes.seen.filter(({ Action: what, Actor }) => what === "start" && old.has(Actor.ID));
    const [first, second] = starts.map(({ timeNano }) => timeNano / 1e6);
    expect(starts).toHaveLength(2);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(leastMs);
  };
}

scenario("a rollback goes as rollback_config says", careful("1"))
  .step("up starts it", run("up", "-d", "--wait"), remember("web"))
  .step(
    "a version that is not fit to serve is taken back one by one",
    write(careful("2", "false")),
    comeBackApart(400, runFailing(1, "up", "-d")),
    isSameContainer("web"),
    serviceIs("web", "healthy"),
    variableIs("web", "VERSION", "1"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

/** Of every new version, the first replica that is asked is not fit to serve, however long it takes to say so. */
const fragile = (version: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    healthcheck:
      test: "[ $$VERSION = 1 ] || { mkdir /shared/$$VERSION && touch /unfit; [ ! -e /unfit ]; }"
      interval: 200ms
      retries: 1
    environment: { VERSION: "${version}" }
    volumes: [shared:/shared]
    deploy: { replicas: 2, update_config: { monitor: 300ms, max_failure_ratio: 0.5 } }
volumes: { shared: }
`,
});

const versionOfSecond =
  (version: string): Action =>
  async ({ engine, project }) => {
    const { Config } = (await engine.get(`/containers/${project.name}-web-2/json`)) as ContainerInspect;
    expect(Config.Env).toContain(`VERSION=${version}`);
  };

scenario("an update goes on while no more replicas fail than max_failure_ratio allows", fragile("1"))
  .step("up starts it", run("up", "-d"), versionOfSecond("1"))
  .step("half of them may fail", write(fragile("2")), runFailing(1, "up", "-d"), versionOfSecond("2"))
  .step("down leaves nothing", run("down", "-v"), nothingIsLeft);

const lasting = (version: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
services:
  web:
    image: busybox
    command: ["sh", "-c", "[ $$VERSION = 1 ] || exit 3; exec sleep infinity"]
    stop_signal: SIGKILL
    environment: { VERSION: "${version}" }
    deploy: { update_config: { monitor: 60s } }
`,
});

scenario("a new version that does not last is told", lasting("1"))
  .step("up starts it", run("up", "-d"))
  .step(
    "it ends while it is watched over",
    write(lasting("2")),
    runFailing(1, "up", "-d"),
    complained(/web-1 (exited|did not)/),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

/** No container that was remembered of `web` dies while the action goes on. */
function fewestUntouched(action: Action): Action {
  return async (world) => {
    await using changes = await world.engine.events();
    await action(world);
    const old = new Set(world.memory.get("web")?.split(" "));
    const died = changes.seen.filter(({ Action: what }) => what === "die").map(({ Actor }) => Actor.ID);
    expect(died.filter((id) => old.has(id))).toEqual([]);
    expect(died.length).toBeGreaterThan(0);
  };
}

const port = await freePort();

const served = (version: string): Readonly<Record<string, string>> => ({
  "server.js": `
const server = require("node:http").createServer((request, response) => setTimeout(() => response.end("version ${version}"), 20));
server.keepAliveTimeout = 1;
server.listen(3000);
process.on("SIGTERM", () => server.close());
`,
  "default.conf": `
resolver 127.0.0.11 valid=1s;
server {
  listen 80;
  keepalive_timeout 0; # a kept connection that ends between two requests would look like a failed one
  location / { set $web web; proxy_pass http://$web:3000; proxy_next_upstream error timeout; proxy_connect_timeout 1s; }
}
`,
  "compose.yaml": `
services:
  web:
    image: node
    command: node /server.js
    entrypoint: []
    environment: { VERSION: "${version}" }
    configs: [{ source: server, target: /server.js }]
    healthcheck:
      test: ["CMD", "node", "-e", "fetch('http://localhost:3000').then(() => process.exit(0), () => process.exit(1))"]
      interval: 300ms
      start_period: 20s
    deploy: { update_config: { order: start-first, monitor: 2s } }
  proxy:
    image: nginx
    ports: ["127.0.0.1:${port}:80"]
    configs: [{ source: proxy, target: /etc/nginx/conf.d/default.conf }]
    depends_on: { web: { condition: service_healthy } }
    healthcheck: { test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/"], interval: 300ms, retries: 100 }
configs: { server: { file: server.js }, proxy: { file: default.conf } }
`,
});

/** Asks again and again, four at a time, while the action goes on: every answer is a version, and at last it is the new one. */
function underLoad(action: Action, versions: readonly string[]): Action {
  return async (world) => {
    const over = new AbortController();
    const answers = new Map<string, number>();
    const ask = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const answer = await fetch(`http://127.0.0.1:${port}/`).then(
          async (response) => `${response.status} ${await response.text()}`,
          (error: Error) => `${error.message}: ${String(error.cause)}`,
        );
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    const asking = Array.from({ length: 4 }, ask);
    await action(world).finally(() => over.abort());
    await Promise.all(asking);
    expect([...answers.keys()].toSorted()).toEqual(versions.map((version) => `200 version ${version}`));
  };
}

scenario("no request fails while a service that starts first is replaced", served("1"))
  .step("up starts it behind a proxy", run("up", "-d", "--wait"), remember("web"))
  .step(
    "a new version takes over under load",
    write(served("2")),
    underLoad(run("up", "-d"), ["1", "2"]),
    isNewContainer("web"),
  )
  .step("down leaves nothing", run("down"), nothingIsLeft);

describe("Ctrl-C in the middle of a replacement", () => {
  const engine = new EngineApi();
  const single = (version: string, order: string): Readonly<Record<string, string>> => ({
    "compose.yaml": `
services:
  web:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    environment: { VERSION: "${version}" }
    deploy: { update_config: { order: ${order} } }
`,
  });
  const moments = ["create", "stop", "DELETE", "rename", "start"].flatMap((call) =>
    ["stop-first", "start-first"].map((order) => ({ call, order })),
  );

  test.concurrent.for(moments)(
    "leaves the old or the new container serving: at $call, $order",
    async ({ call, order }) => {
      await using project = await TestProject.create(single("1", order), engine);
      await succeeds(up(project, engine.address));
      await project.write(single("2", order));
      let running: RunningCommand | undefined;
      let isInterrupted = false;
      await using proxy = await RecordingProxy.open((_, made) => {
        if (!isInterrupted && made.includes(call) && !made.startsWith("GET") && running !== undefined) {
          isInterrupted = true;
          killGroup(running.process, "SIGINT");
        }
        return "forward";
      });
      running = up(project, proxy.address);
      await running.outcome;
      expect(isInterrupted).toBe(true);
      const filters = { label: [`com.docker.compose.project=${project.name}`], status: ["running"] };
      expect(await engine.containers(filters)).not.toEqual([]);

      await succeeds(up(project, engine.address));
      expect(await project.belongings()).toEqual(["container web-1", "network default"]);
    },
  );
});

function up(project: TestProject, address: string): RunningCommand {
  const environment = { DOCKER_HOST: address, COMPOSE_PROJECT_NAME: project.name };
  return start(toolUnderTest, ["up", "-d"], { directory: project.directory, environment });
}

async function succeeds({ outcome }: RunningCommand): Promise<void> {
  const ended = await outcome;
  expect(ended.exitCode, describeOutcome(ended)).toBe(0);
}
