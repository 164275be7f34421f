import { describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { RecordingProxy } from "../support/recording-proxy.ts";
import { TestProject } from "../support/test-project.ts";
import type { ProjectFiles } from "../support/test-project.ts";
import { describeOutcome, start, toolUnderTest } from "../support/tool.ts";
import { freePort } from "../support/free-port.ts";

const port = String(await freePort());

const projects: readonly { readonly project: string; readonly files: ProjectFiles }[] = [
  {
    project: "one service",
    files: { "compose.yaml": "services: { web: { image: busybox, command: sleep infinity } }\n" },
  },
  {
    project: "every kind of resource",
    files: {
      "greeting.txt": "hello\n",
      "web.env": "FROM_FILE=yes\n",
      "compose.yaml": `
services:
  db:
    image: busybox
    command: sleep infinity
    stop_signal: SIGKILL
    volumes: ["data:/data", "./greeting.txt:/greeting.txt:ro", "/scratch"]
    tmpfs: /run
    healthcheck: { test: ["CMD", "true"], interval: 200ms }
    networks: { back: { aliases: [database], ipv4_address: 10.217.9.9 } }
  web:
    image: busybox
    command: ["sh", "-c", "sleep infinity"]
    stop_signal: SIGKILL
    env_file: web.env
    environment: [A=1, B]
    scale: 2
    depends_on: { db: { condition: service_healthy } }
    networks: [front, back]
    ports: ["80"]
    configs: [greeting]
    secrets: [{ source: word, target: magic }]
    labels: { a.b: c }
    deploy: { resources: { limits: { memory: 64M, cpus: "0.5" } } }
  job:
    image: busybox
    command: "true"
networks:
  front: {}
  back: { ipam: { config: [{ subnet: 10.217.9.0/24 }] }, labels: { x: y } }
volumes: { data: { labels: { x: y } } }
configs: { greeting: { file: ./greeting.txt } }
secrets: { word: { file: ./greeting.txt } }
`,
    },
  },
  { project: "the guestbook", files: new URL("../../examples/guestbook/", import.meta.url) },
];

describe("a second up", () => {
  test.for(projects)("writes nothing to the engine: $project", async ({ files }) => {
    await using project = await TestProject.create(files, new EngineApi());
    await using proxy = await RecordingProxy.open();
    const up = async (): Promise<void> => {
      const outcome = await start(toolUnderTest, ["up", "-d"], {
        directory: project.directory,
        environment: { DOCKER_HOST: proxy.address, COMPOSE_PROJECT_NAME: project.name, GUESTBOOK_PORT: port },
      }).outcome;
      expect(outcome.exitCode, describeOutcome(outcome)).toBe(0);
    };

    await up();
    expect(proxy.writes.length).toBeGreaterThan(0);
    const before = await ids(project);
    const jobs = await ids(project, "com.docker.compose.service=job");

    proxy.calls.length = 0;
    await up();
    // A job that has ended is started again: that is what up means, for the original as well.
    expect(proxy.writes.filter((call) => !isStartOfJob(call, jobs))).toEqual([]);
    expect(await ids(project)).toEqual(before);
  });
});

async function ids({ engine, name }: TestProject, ...labels: readonly string[]): Promise<readonly string[]> {
  const containers = await engine.containers({ label: [`com.docker.compose.project=${name}`, ...labels] });
  return containers.map(({ Id }) => Id).toSorted();
}

function isStartOfJob(call: string, jobs: readonly string[]): boolean {
  return /^POST \S+-job-1\/start$/.test(call) || jobs.some((id) => call === `POST /containers/${id}/start`);
}
