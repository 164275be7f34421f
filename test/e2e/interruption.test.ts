import { describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { type Fate, RecordingProxy } from "../support/recording-proxy.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, killGroup, start, toolUnderTest } from "../support/tool.ts";
import type { RunningCommand } from "../support/tool.ts";

const random = seededRandom(20_261_121);

interface Moment {
  readonly signal: "SIGKILL" | "SIGINT";
  readonly from: "nothing" | "an older version";
  /** Of the calls that an undisturbed run makes. */
  readonly percent: number;
  /** Whether the engine still got the call at which it happened. */
  readonly fate: Fate;
}

const moments = Array.from({ length: 50 }, (_, index): Moment => ({
  signal: index % 2 === 0 ? "SIGKILL" : "SIGINT",
  from: index % 4 < 2 ? "nothing" : "an older version",
  percent: Math.floor(random() * 100),
  fate: index % 2 === 0 && random() < 0.5 ? "drop" : "forward",
}));

const files = (version: string): Readonly<Record<string, string>> => ({
  "compose.yaml": `
x-service: &service
  image: busybox
  command: sleep infinity
  stop_signal: SIGKILL
  environment: { VERSION: "${version}" }
services:
  db:
    <<: *service
    networks: [back]
    volumes: ["data:/data"]
    healthcheck: { test: "true", interval: 200ms }
  api:
    <<: *service
    networks: [back, front]
    depends_on: { db: { condition: service_healthy, restart: true } }
  web:
    <<: *service
    networks: [front]
    scale: 2
    depends_on: [api]
networks: { back: {}, front: {} }
volumes: { data: {} }
`,
});

const whole = [
  "container api-1",
  "container db-1",
  "container web-N",
  "container web-N",
  "network back",
  "network front",
  "volume data",
];

describe("up that is cut short", () => {
  const engine = new EngineApi();
  let cutShort = 0;
  const callsOf = { nothing: 0, "an older version": 0 };
  const writesOf = { nothing: 0, "an older version": 0 };

  test.for<Moment["from"]>(["nothing", "an older version"])("takes a known number of calls from %s", async (from) => {
    await using project = await prepare(from);
    await using proxy = await RecordingProxy.open();
    await succeeds(up(project, proxy.address));
    callsOf[from] = proxy.calls.length;
    writesOf[from] = proxy.writes.length;
    expect(proxy.writes.length).toBeGreaterThan(0);
  });

  // Most of it is waiting for the engine: several projects at once wait no longer.
  test.concurrent.for(moments)(
    "by $signal, from $from, at $percent % of its calls ($fate), is finished by the next up",
    async (moment) => {
      const { signal, from, percent, fate } = moment;
      await using project = await prepare(from);
      let running: RunningCommand | undefined;
      let hasCome = false;
      await using proxy = await RecordingProxy.open((index) => {
        // Waits look more often in one run than in another; after the last write but one there is still something to cut.
        const isLatest = proxy.writes.length >= writesOf[from] - 1;
        if (hasCome || (index < Math.floor((percent / 100) * callsOf[from]) && !isLatest)) return "forward";
        hasCome = true;
        if (running !== undefined) killGroup(running.process, signal);
        return fate;
      });
      running = up(project, proxy.address);
      const { killedBy, exitCode } = await running.outcome;
      if (killedBy === "SIGKILL" || exitCode === 130) cutShort += 1;

      await succeeds(up(project, engine.address));
      expect(await belongings(project)).toEqual(whole);
      expect(await versionsRunning(project)).toEqual(["new", "new", "new", "new"]);

      await succeeds(start(toolUnderTest, ["down", "-v"], options(project, engine.address)));
      expect(await belongings(project)).toEqual([]);
    },
  );

  test.for<Moment["from"]>(["nothing", "an older version"])(
    "is finished, from %s, by the next up when each of its calls arrives after that has looked",
    async (from) => {
      await using project = await prepare(from);
      await using proxy = await RecordingProxy.open((_, call) => (call.startsWith("GET ") ? "forward" : "repeat"));
      await succeeds(up(project, proxy.address));
      expect(await belongings(project)).toEqual(whole);
      expect(await versionsRunning(project)).toEqual(["new", "new", "new", "new"]);
    },
  );

  test("really was cut short, but for a few moments at the very end", () => {
    expect(cutShort).toBeGreaterThan(moments.length * 0.9);
  });

  async function prepare(from: Moment["from"]): Promise<TestProject> {
    const project = await TestProject.create(files("old"), engine);
    if (from === "an older version") await succeeds(up(project, engine.address));
    await project.write(files("new"));
    return project;
  }

  async function versionsRunning(project: TestProject): Promise<readonly string[]> {
    const running = await engine.containers({
      label: [`com.docker.compose.project=${project.name}`],
      status: ["running"],
    });
    return Promise.all(
      running.map(async ({ Id }) => {
        const { Config } = (await engine.get(`/containers/${Id}/json`)) as { Config: { Env: string[] } };
        return Config.Env.find((entry) => entry.startsWith("VERSION="))?.slice("VERSION=".length) ?? "";
      }),
    );
  }
});

function up(project: TestProject, address: string): RunningCommand {
  return start(toolUnderTest, ["up", "-d"], options(project, address));
}

function options(project: TestProject, address: string): Parameters<typeof start>[2] {
  return {
    directory: project.directory,
    environment: { DOCKER_HOST: address, COMPOSE_PROJECT_NAME: project.name },
  };
}

async function succeeds({ outcome }: RunningCommand): Promise<void> {
  const ended = await outcome;
  expect(ended.exitCode, describeOutcome(ended)).toBe(0);
}

/** Without the numbers of replicas: one that takes the place of a lost web-1 is web-3. */
async function belongings(project: TestProject): Promise<readonly string[]> {
  return (await project.belongings()).map((name) => name.replace(/ web-\d+$/, " web-N"));
}
