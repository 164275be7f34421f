import { describe, expect, test } from "vitest";
import { mistakesOf } from "../../support/load-texts.ts";

/** What is told of one file, without its name. */
async function told(text: string): Promise<readonly string[]> {
  const lines = await mistakesOf({ "compose.yaml": text });
  return lines.map((line) => line.replace(/^compose\.yaml:/, ""));
}

/** Places and codes only: `4:5 unknown-key`. */
async function outline(text: string): Promise<readonly string[]> {
  return (await told(text)).map((line) => line.replace(/^(\S+) .*\[([\w-]+)\].*$/, "$1 $2"));
}

describe("mistakes", () => {
  test("are told all at once, whatever stage finds them, file by file and line by line", async () => {
    const lines = await mistakesOf({
      "compose.yaml": `
services:
  web:
    image: nginx
    enviroment: [A=1]
    privileged: [1]
    ports: ["eighty:80"]
    depends_on: [databse]
    stop_grace_period: soon
    networks: [front]
    volumes: ["data:/data"]
  database:
    image: postgres
    depends_on: [cache]
    restart: 5
  cache:
    image: redis
    depends_on: [database]
`,
      "override.yaml": `
services:
  web:
    scale: many
    secrets: [token]
  worker:
    command: run
volumes:
  dta: {}
`,
    });
    expect(lines).toEqual([
      'compose.yaml:5:5 services.web.enviroment: unknown key [unknown-key] | did you mean "environment"?',
      "compose.yaml:6:17 services.web.privileged: expected true, false or a string, got a list [wrong-type] | for example privileged: true",
      'compose.yaml:7:13 services.web.ports[0]: published port must be 0-65535, got "eighty" [invalid-value] | write "HOST:CONTAINER", for example "8080:80"',
      'compose.yaml:8:18 services.web.depends_on.databse: service depends on undefined service "databse" [undefined-service] | did you mean "database"?',
      'compose.yaml:9:24 services.web.stop_grace_period: expected a duration, got "soon" [invalid-value] | write numbers with units: "1m30s"',
      'compose.yaml:10:16 services.web.networks.front: service refers to undefined network "front" [undefined-network] | define it below "networks:"',
      'compose.yaml:11:15 services.web.volumes[0]: service refers to undefined volume "data" [undefined-volume] | did you mean "dta"?',
      "compose.yaml:14:18 services.database.depends_on.cache: dependency cycle detected: cache -> database -> cache [dependency-cycle] | remove one of these dependencies, links or shared namespaces",
      'compose.yaml:15:14 services.database.restart: expected a string, got 5 [wrong-type] | put quotes around it: "5"',
      'override.yaml:4:12 services.web.scale: expected a whole number, got "many" [wrong-type]',
      'override.yaml:5:15 services.web.secrets[0]: service refers to undefined secret "token" [undefined-secret] | define it below "secrets:"',
      'override.yaml:6:3 services.worker: service has neither an image nor a build [missing-image] | add "image: NAME" or "build: ."',
    ]);
  });

  test.each([
    { what: "an image", text: "services:\n  web:\n    image: 3\n", told: ["3:12 wrong-type"] },
    { what: "a misspelt image", text: "services:\n  web:\n    iamge: nginx\n", told: ["3:5 unknown-key"] },
    { what: "an image's variable", text: "services:\n  web:\n    image: ${X:?}\n", told: ["3:12 missing-variable"] },
    { what: "an image's anchor", text: "services:\n  web:\n    image: *x\n", told: ["3:12 unknown-anchor"] },
    {
      what: "a whole service",
      text: "services:\n  a: 5\n  b: { image: x, depends_on: [a] }\n",
      told: ["2:6 wrong-type"],
    },
    {
      what: "a network",
      text: "services:\n  web: { image: x, networks: [back] }\nnetworks:\n  back: 5\n",
      told: ["4:9 wrong-type"],
    },
    {
      what: "a whole section",
      text: "services:\n  web: { image: x, volumes: ['data:/d'], networks: [back] }\nvolumes: [data]\n",
      told: ["2:53 undefined-network", "3:10 wrong-type"],
    },
    {
      what: "a required part of something",
      text: "services:\n  web: { image: x, gpus: [{ capabilties: [gpu] }] }\n---\nservices:\n  web: { tty: true }\n",
      told: ["2:29 unknown-key"],
    },
    {
      what: "the type of a provider",
      text: "services:\n  web: { provider: { type: [] } }\n---\nservices:\n  web: { tty: true }\n",
      told: ["2:28 wrong-type"],
    },
    {
      what: "a port",
      text: "services:\n  web: { image: x, ports: ['a:80'] }\n---\nservices:\n  web: { tty: true }\n",
      told: ["2:28 invalid-value"],
    },
    {
      what: "what it extends",
      text: "services:\n  web: { extends: bse }\n  base: { image: x, ports: [a] }\n",
      told: ["2:19 unknown-service", "3:29 invalid-value"],
    },
    {
      what: "an included file",
      text: "include: [other.yaml]\nservices:\n  web: { image: x, depends_on: [db], ports: [a] }\n",
      told: ["1:11 file-not-found", "3:46 invalid-value"],
    },
    {
      what: "a misspelt section",
      text: "services:\n  web: { image: x, volumes: ['data:/d', 'dat:/e'] }\nvolums:\n  data:\n    driver: []\n",
      told: ["2:41 undefined-volume", "3:1 unknown-key", "5:13 wrong-type"],
    },
    {
      what: "a name that is no text",
      text: "services:\n  1: { image: x }\n  b: { image: x, depends_on: ['1'] }\n",
      told: ["2:3 wrong-type"],
    },
    {
      what: "a service whose network it shares",
      text: "services:\n  a: { image: x, network_mode: 'service:b' }\n",
      told: ["2:32 undefined-service"],
    },
    {
      what: "a key that is there twice",
      text: "services:\n  web:\n    image: x\n    image: y\n    ports: [a]\n",
      told: ["4:5 duplicate-key", "5:13 invalid-value"],
    },
  ])("are not followed by complaints about what is left without $what", async ({ text, told: expected }) => {
    expect(await outline(text)).toEqual(expected);
  });

  test.each([
    "depends_on: [toString]",
    "networks: [constructor]",
    "secrets: [valueOf]",
    "volumes: ['hasOwnProperty:/a']",
  ])("include names that only JavaScript knows: %s", async (attribute) => {
    const lines = await outline(`services:\n  web: { image: x, ${attribute} }\n`);
    expect(lines).toEqual([expect.stringMatching(/ undefined-/)]);
  });

  test("in one file do not hide those in another one", async () => {
    const lines = await mistakesOf({
      "compose.yaml": "services:\n  web: { image: [nginx\n",
      "override.yaml": "services:\n  web: { ports: [a], depends_on: [db] }\n",
    });
    expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["compose.yaml:2:17", "override.yaml:2:18"]);
  });

  test.each([
    {
      what: "of the same file",
      texts: {
        "compose.yaml":
          "services:\n  base: { image: x, memory: 5, ports: [a], depends_on: [zip] }\n  web: { extends: base }\n  api: { extends: base }\n",
      },
      told: ["2:21 services.base.memory", "2:40 services.base.ports[0]", "2:57 services.base.depends_on.zip"],
    },
    {
      what: "of another file",
      texts: {
        "compose.yaml":
          "services:\n  web: { extends: { file: sub/o.yaml, service: base } }\n  api: { extends: { file: sub/o.yaml, service: base } }\n",
        "sub/o.yaml": "services:\n  base: { image: x, memory: 5, ports: [a], depends_on: [zip] }\n",
      },
      told: ["2:21 services.web.memory", "2:40 services.base.ports[0]", "2:57 services.web.depends_on.zip"],
    },
    {
      what: "of an anchor",
      texts: {
        "compose.yaml":
          "x-base: &base { image: x, memory: 5, ports: [a] }\nservices:\n  web: *base\n  api: { <<: *base }\n",
      },
      told: ["1:27 services.web.memory", "1:46 services.web.ports[0]"],
    },
  ])("in a base $what are told once, whoever builds on it", async ({ texts, told: expected }) => {
    const lines = await mistakesOf(texts);
    expect(lines.map((line) => line.replace(/^\S+?:(\d+:\d+) (\S+):.*/, "$1 $2"))).toEqual(expected);
  });

  test("in later overrides of what was wrong are told, too", async () => {
    const lines = await mistakesOf({
      "compose.yaml": "services:\n  web: { image: x, ports: 5 }\n",
      "override.yaml": "services:\n  web: { ports: [a] }\n",
    });
    expect(lines.map((line) => line.split(" ", 1)[0])).toEqual(["compose.yaml:2:27", "override.yaml:2:18"]);
  });

  test("include files of variables that are missing", async () => {
    expect(await outline("services:\n  web:\n    image: x\n    env_file: absent.env\n    ports: [a]\n")).toEqual([
      "4:15 missing-file",
      "5:13 invalid-value",
    ]);
  });
});
