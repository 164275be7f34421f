import { describe, expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { RecordingProxy } from "../support/recording-proxy.ts";
import { TestProject } from "../support/test-project.ts";
import { describeOutcome, start, tscompose } from "../support/tool.ts";

interface Mistake {
  readonly mistake: string;
  readonly compose: string;
  readonly args?: readonly string[];
  /** Where it is, `line:column`; absent when no file is to blame. */
  readonly at?: string;
  readonly says: RegExp;
  readonly hints?: RegExp;
}

const mistakes: readonly Mistake[] = [
  {
    mistake: "a misspelt section",
    compose: "servcies:\n  web:\n    image: busybox\n",
    at: "1:1",
    says: /servcies/,
    hints: /services/,
  },
  {
    mistake: "a misspelt attribute",
    compose: "services:\n  web:\n    image: busybox\n    enviroment:\n      A: 1\n",
    at: "4:5",
    says: /enviroment/,
    hints: /environment/,
  },
  {
    mistake: "a value of the wrong type",
    compose: "services:\n  web:\n    image: busybox\n    privileged: [1]\n",
    at: "4:17",
    says: /privileged/,
  },
  {
    mistake: "a port that is none",
    compose: 'services:\n  web:\n    image: busybox\n    ports: ["eighty:80"]\n',
    at: "4:13",
    says: /eighty/,
  },
  {
    mistake: "a duration that is none",
    compose: "services:\n  web:\n    image: busybox\n    stop_grace_period: soon\n",
    at: "4:24",
    says: /soon/,
  },
  {
    mistake: "a service of nothing",
    compose: "services:\n  web:\n    command: sleep 1\n",
    at: "2:3",
    says: /web/,
    hints: /image|build/,
  },
  {
    mistake: "a dependency that does not exist",
    compose: "services:\n  web:\n    image: busybox\n    depends_on: [databse]\n  database:\n    image: busybox\n",
    at: "4:18",
    says: /databse/,
    hints: /database/,
  },
  {
    mistake: "a circle of dependencies",
    compose:
      "services:\n  one:\n    image: busybox\n    depends_on: [two]\n  two:\n    image: busybox\n    depends_on: [one]\n",
    says: /one.*two.*one|two.*one.*two/,
  },
  {
    mistake: "a network that is not declared",
    compose: "services:\n  web:\n    image: busybox\n    networks: [front]\n",
    at: "4:16",
    says: /front/,
    hints: /networks/,
  },
  {
    mistake: "a volume that is not declared",
    compose: "services:\n  web:\n    image: busybox\n    volumes:\n      - data:/data\n",
    says: /data/,
    hints: /volumes/,
  },
  {
    mistake: "the same key twice",
    compose: "services:\n  web:\n    image: busybox\n    image: alpine\n",
    at: "4:5",
    says: /image/,
  },
  {
    mistake: "YAML that is none",
    compose: "services:\n  web:\n    image: [busybox\n    command: x\n",
    says: /compose\.yaml:\d+:\d+ /,
  },
  {
    mistake: "a required variable that is not set",
    compose: 'services:\n  web:\n    image: "busybox:${E2E_TAG:?choose a version}"\n',
    says: /E2E_TAG.*choose a version/,
  },
  {
    mistake: "a reference that is not closed",
    compose: 'services:\n  web:\n    image: "busybox:${E2E_TAG"\n',
    says: /\$\{E2E_TAG/,
  },
  {
    mistake: "an env file that is not there",
    compose: "services:\n  web:\n    image: busybox\n    env_file: absent.env\n",
    says: /absent\.env/,
  },
  {
    mistake: "a restart policy that no engine knows",
    compose: "services:\n  web:\n    image: busybox\n    restart: sometimes\n",
    at: "4:14",
    says: /sometimes/,
  },
  {
    mistake: "a name that no container can have",
    compose: 'services:\n  web:\n    image: busybox\n    container_name: "bad name!"\n',
    args: ["create"],
    at: "4:21",
    says: /bad name!/,
  },
  {
    mistake: "an image that cannot be",
    compose: 'services:\n  web:\n    image: "Bad Image::x"\n',
    args: ["pull"],
    at: "3:12",
    says: /Bad Image/,
    hints: /lower case/,
  },
  {
    mistake: "an address outside its network",
    compose:
      "services:\n  web:\n    image: busybox\n    networks: { a: { ipv4_address: 10.9.0.1 } }\n" +
      "networks: { a: { ipam: { config: [{ subnet: 10.8.0.0/16 }] } } }\n",
    args: ["run", "web"],
    at: "4:36",
    says: /10\.8\.0\.0\/16/,
  },
  {
    mistake: "a directory to build from that is not there",
    compose: "services:\n  other: { image: busybox }\n  web:\n    build: ./absent\n",
    at: "4:12",
    says: /absent/,
  },
  {
    mistake: "a Dockerfile that is not there",
    compose: "services:\n  web:\n    build: { context: ., dockerfile: Absentfile }\n",
    args: ["build"],
    at: "3:38",
    says: /Absentfile/,
  },
  {
    mistake: "the file of a secret that is not there",
    compose: "services:\n  web:\n    image: busybox\n    secrets: [key]\nsecrets:\n  key:\n    file: ./absent.key\n",
    at: "7:11",
    says: /absent\.key/,
    hints: /create it/,
  },
  {
    mistake: "the file of a config that is not there",
    compose: "services:\n  web:\n    image: busybox\n    configs: [c]\nconfigs:\n  c: { file: ./absent.conf }\n",
    args: ["run", "web"],
    at: "6:14",
    says: /absent\.conf/,
  },
  {
    mistake: "a path of the host that is not there and shall not be made",
    compose:
      "services:\n  web:\n    image: busybox\n    volumes:\n      - type: bind\n        source: ./absent\n" +
      "        target: /data\n        bind: { create_host_path: false }\n",
    args: ["create"],
    at: "6:17",
    says: /absent/,
  },
  {
    mistake: "a compose file that is not there",
    compose: "services: {}\n",
    args: ["-f", "absent.yaml", "up", "-d"],
    says: /absent\.yaml/,
  },
  {
    mistake: "a service that is not there",
    compose: "services:\n  web:\n    image: busybox\n",
    args: ["up", "-d", "wbe"],
    says: /wbe/,
    hints: /web/,
  },
  {
    mistake: "a flag that is not there",
    compose: "services:\n  web:\n    image: busybox\n",
    args: ["up", "--detatch"],
    says: /--detatch/,
    hints: /--detach/,
  },
  {
    mistake: "a command that is not there",
    compose: "services:\n  web:\n    image: busybox\n",
    args: ["upp"],
    says: /upp/,
    hints: /\bup\b/,
  },
];

describe("a mistake is told with its place and a way out, before anything is done", () => {
  test.for(mistakes)("$mistake", async ({ compose, args = ["up", "-d"], at, says, hints }) => {
    await using project = await TestProject.create({ "compose.yaml": compose }, new EngineApi());
    await using proxy = await RecordingProxy.open();
    const outcome = await start(tscompose, args, {
      directory: project.directory,
      environment: { DOCKER_HOST: proxy.address, COMPOSE_PROJECT_NAME: project.name },
    }).outcome;

    const told = outcome.stderr;
    expect(outcome.exitCode, describeOutcome(outcome)).toBe(1);
    expect(told).toMatch(says);
    if (at !== undefined) expect(told).toContain(`compose.yaml:${at} `);
    if (hints !== undefined) expect(told.slice(told.indexOf("hint:"))).toMatch(hints);
    expect(told, "a stack trace").not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    expect(told.split("\n").filter((line) => /\S/.test(line) && !line.startsWith("  "))).toHaveLength(1);
    expect(outcome.stdout).toBe("");
    expect(proxy.writes).toEqual([]);
  });
});
