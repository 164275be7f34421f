import { expect, test } from "vitest";
import { mistakesOf } from "../../support/load-texts.ts";

const top = "networks: { n: }, volumes: { vol: }, secrets: { s: { file: ./s } }, configs: { c: { file: ./c } }";

test.each([
  ["nothing to run", "restart: always", "service has neither an image nor a build"],
  [
    "two Dockerfiles",
    "build: { dockerfile: D, dockerfile_inline: FROM x }",
    "dockerfile and dockerfile_inline exclude each other",
  ],
  [
    "a platform that is not built",
    "platform: linux/arm64, build: { platforms: [linux/amd64] }",
    'build.platforms must include the service\'s platform, got "linux/arm64"',
  ],
  [
    "a mode and networks",
    "image: i, network_mode: host, networks: [n]",
    "network_mode and networks exclude each other",
  ],
  [
    "a test without its kind",
    "image: i, healthcheck: { test: [curl, web] }",
    'test must start with "CMD", "CMD-SHELL" or "NONE", got "curl"',
  ],
  ["an undefined network", "image: i, networks: [m]", 'service refers to undefined network "m"'],
  ["an undefined volume", "image: i, volumes: ['ww:/w']", 'service refers to undefined volume "ww"'],
  ["an undefined secret", "image: i, secrets: [t]", 'service refers to undefined secret "t"'],
  ["an undefined config", "image: i, configs: [d]", 'service refers to undefined config "d"'],
  ["an undefined model", "image: i, models: [llm]", 'service refers to undefined model "llm"'],
  ["an undefined build secret", "build: { secrets: [t] }", 'service refers to undefined secret "t"'],
  [
    "a context of nothing",
    "build: { additional_contexts: { x: 'service:none' } }",
    'context refers to unknown service "none"',
  ],
  [
    "a context that is not built",
    "build: { additional_contexts: { x: 'service:other' } }",
    'context refers to service "other", which is not built',
  ],
  ["an undefined dependency", "image: i, depends_on: [othr]", 'service depends on undefined service "othr"'],
  ["itself as a dependency", "image: i, depends_on: [web]", "dependency cycle detected: web -> web"],
  ["two scales", "image: i, scale: 2, deploy: { replicas: 3 }", "scale and deploy.replicas differ, got 2 and 3"],
  ["less than no replicas", "image: i, scale: -1", "expected at least 0, got -1"],
  [
    "two limits",
    "image: i, mem_limit: 1k, deploy: { resources: { limits: { memory: 2k } } }",
    "mem_limit and deploy.resources.limits.memory differ, got 1024 and 2048",
  ],
  [
    "one name for two containers",
    "image: i, container_name: one, scale: 2",
    "container_name allows one container only, got 2",
  ],
  [
    "a mount over a mount",
    "image: i, tmpfs: /v, volumes: ['vol:/v']",
    "target /v is already mounted by services.web.tmpfs[0]",
  ],
  [
    "a watch without a target",
    "image: i, develop: { watch: [{ path: ., action: sync }] }",
    '"target" is missing, sync needs one',
  ],
  ["a mount without a target", "image: i, volumes: [{ type: volume, source: vol }]", '"target" is missing'],
  [
    "a host that is no address",
    "image: i, ports: [{ target: 80, host_ip: localhost }]",
    'expected an IP address, got "localhost"',
  ],
])("refuses %s", async (_what, web, message) => {
  const lines = await mistakesOf({ "compose.yaml": `{ services: { web: { ${web} }, other: { image: i } }, ${top} }` });
  expect(lines.join("\n")).toContain(message);
});

test.each([
  [
    "an external volume with a driver",
    "volumes: { v: { external: true, driver: local } }",
    "external and driver exclude each other",
  ],
  ["a config from two sources", "configs: { c: { file: ./c, content: x } }", "file and content exclude each other"],
  ["a secret from nowhere", "secrets: { s: { name: t } }", "one of file, environment is missing"],
])("refuses %s", async (_what, resources, message) => {
  const lines = await mistakesOf({ "compose.yaml": `{ services: { web: { image: i } }, ${resources} }` });
  expect(lines.join("\n")).toContain(message);
});

test.each([
  ["links: [othr]", "links[0]", 'service links to undefined service "othr"'],
  ["links: [other, 'othr:db']", "links[1]", 'service links to undefined service "othr"'],
  ["volumes_from: ['othr:ro']", "volumes_from[0]", 'service takes volumes from undefined service "othr"'],
  ["network_mode: 'service:othr'", "network_mode", 'service shares the network of undefined service "othr"'],
  ["ipc: 'service:othr'", "ipc", 'service shares the ipc of undefined service "othr"'],
  ["pid: 'service:othr'", "pid", 'service shares the pid of undefined service "othr"'],
  ["depends_on: [othr]", "depends_on.othr", 'service depends on undefined service "othr"'],
])("tells %s once, as what was written", async (web, path, message) => {
  const lines = await mistakesOf({
    "compose.yaml": `{ services: { web: { image: i, ${web} }, other: { image: i } } }`,
  });
  expect(lines).toEqual([expect.stringMatching(/^compose\.yaml:1:[345]\d /)]);
  expect(lines[0]).toContain(`services.web.${path}: ${message} [undefined-service] | did you mean "other"?`);
});

test.each(["links: [tools]", "volumes_from: [tools]", "network_mode: 'service:tools'"])(
  "names the profile that %s waits for",
  async (web) => {
    const services = `{ web: { image: i, ${web} }, tools: { image: i, profiles: [dev] } }`;
    const lines = await mistakesOf({ "compose.yaml": `{ services: ${services} }` });
    expect(lines).toEqual([expect.stringMatching(/activate its profile/)]);
    expect(lines[0]).not.toContain("depends_on");
  },
);

test("tells a cycle once, at the edge that closes it", async () => {
  const lines = await mistakesOf({
    "compose.yaml": `
services:
  a: { image: i, depends_on: [b] }
  b: { image: i, links: [c] }
  c:
    image: i
    depends_on:
      - a
`,
  });
  expect(lines).toEqual([
    expect.stringMatching(
      /^compose\.yaml:8:9 services\.c\.depends_on\.a: dependency cycle detected: a -> b -> c -> a /,
    ),
  ]);
});

test("does not mind an optional dependency whose profile is not active", async () => {
  const services =
    "{ web: { image: i, depends_on: { tools: { condition: service_started, required: false } } }, tools: { image: i, profiles: [dev] } }";
  expect(await mistakesOf({ "compose.yaml": `{ services: ${services} }` })).toEqual([]);
});

test("names the profile that a required dependency waits for", async () => {
  const services = "{ web: { image: i, depends_on: [tools] }, tools: { image: i, profiles: [dev] } }";
  const [line] = await mistakesOf({ "compose.yaml": `{ services: ${services} }` });
  expect(line).toContain('activate its profile with "--profile dev", or write "required: false"');
});

test("refuses one container name for two services", async () => {
  const services = "{ a: { image: i, container_name: one }, b: { image: i, container_name: one } }";
  const [line] = await mistakesOf({ "compose.yaml": `{ services: ${services} }` });
  expect(line).toContain('services.b.container_name: container name "one" is already taken by service "a"');
});

test("checks nothing of this when asked not to", async () => {
  const texts = { "compose.yaml": "{ services: { web: { networks: [none], depends_on: [nobody] } } }" };
  expect(await mistakesOf(texts, { request: { checkConsistency: false } })).toEqual([]);
});
