import { describe, expect, test } from "vitest";
import type { Project } from "../../../src/compose/project.ts";
import { loadTexts } from "../../support/load-texts.ts";

const load = async (text: string, environment: Record<string, string> = {}): Promise<Project> =>
  (await loadTexts({ "compose.yaml": text }, { environment, request: { allResources: true } })).project;

describe("the default network", () => {
  test.each([
    ["no networks", "", ["default"]],
    ["networks without an entry", "networks: {}", ["default"]],
    ["networks of its own", "networks: [back]", ["back"]],
    ["network_mode", "network_mode: host", []],
    ["a provider", "provider: { type: cloud }", []],
  ])("is joined or not by a service with %s", async (_what, line, joined) => {
    const { services } = await load(`{ services: { a: { image: i, ${line} } }, networks: { back: } }`);
    expect(Object.keys(services["a"]?.networks ?? {})).toEqual(joined);
  });

  test("is there only when a service uses it", async () => {
    const { networks } = await load("{ services: { a: { image: i, network_mode: none } } }");
    expect(networks).toEqual({});
  });
});

describe("implied dependencies", () => {
  const implied = (restart: boolean): object => ({ condition: "service_started", restart, required: true });
  test.each([
    ["links", "links: [b]", implied(true)],
    ["links with an alias", "links: ['b:db']", implied(true)],
    ["a shared network", "network_mode: 'service:b'", implied(true)],
    ["shared processes", "pid: 'service:b'", implied(true)],
    ["shared memory", "ipc: 'service:b'", implied(true)],
    ["shared volumes", "volumes_from: ['b:ro']", implied(false)],
  ])("follow from %s", async (_what, line, dependency) => {
    const { services } = await load(`{ services: { a: { image: i, ${line} }, b: { image: i } } }`);
    expect(services["a"]?.dependsOn).toEqual({ b: dependency });
  });

  test("do not replace what is declared, and do not follow from volumes of foreign containers", async () => {
    const line = "links: [b], depends_on: { b: { condition: service_healthy } }, volumes_from: ['container:x']";
    const { services } = await load(`{ services: { a: { image: i, ${line} }, b: { image: i } } }`);
    expect(services["a"]?.dependsOn).toEqual({ b: { condition: "service_healthy", restart: false, required: true } });
  });
});

describe("names on the engine", () => {
  test("have the project's name in front, unless they are given or belong to something external", async () => {
    const volumes = "volumes: { a: , b: { name: own }, c: { external: true }, d: { external: true, name: theirs } }";
    const project = await load(`{ name: shop, services: { s: { image: i } }, ${volumes} }`);
    const names = Object.values(project.volumes).map(({ key, name, isExternal }) => `${key}=${name} ${isExternal}`);
    expect(names).toEqual(["a=shop_a false", "b=own false", "c=c true", "d=theirs true"]);
  });
});

describe("variables without a value", () => {
  test("take the environment's; unknown ones unset the image's value in a container, and are left out of a build", async () => {
    const lines = "environment: [KNOWN, UNKNOWN, SET=1], build: { args: { KNOWN: , UNKNOWN: } }";
    const { services } = await load(`{ services: { a: { ${lines} } } }`, { KNOWN: "yes" });
    expect(services["a"]?.environment).toEqual({ KNOWN: "yes", UNKNOWN: null, SET: "1" });
    expect(services["a"]?.build?.args).toEqual({ KNOWN: "yes" });
  });
});

test("writes down the Dockerfile that a build uses, unless it is inline", async () => {
  const { services } = await load(
    "{ services: { a: { build: . }, b: { build: { dockerfile_inline: FROM scratch } } } }",
  );
  expect([services["a"]?.build?.dockerfile, services["b"]?.build?.dockerfile]).toEqual(["Dockerfile", undefined]);
});

test("calls if_not_present by its newer name", async () => {
  const { services } = await load("{ services: { a: { image: i, pull_policy: if_not_present } } }");
  expect(services["a"]?.pullPolicy).toBe("missing");
});
