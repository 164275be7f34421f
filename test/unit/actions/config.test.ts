import { expect, test } from "vitest";
import { config, type ConfigContext, type ConfigView } from "../../../src/actions/config.ts";
import type { LoadContext, LoadRequest } from "../../../src/compose/load.ts";
import { worldOf } from "../../support/load-texts.ts";

const texts = {
  "compose.yaml": `
name: shop
services:
  web:
    image: "nginx:\${TAG:-1}"
    depends_on: [db]
    networks: [front]
    command: echo $$HOME
    env_file: a.env
    cpus: 1.10
    profiles: [""]
  db: { build: ., networks: [back], volumes: ["data:/data"], environment: ["PASSWORD=\${PASSWORD:?set it}"] }
  debug: { image: "\${DEBUG_IMAGE-}tools\${SUFFIX:+x}", profiles: [debug, dev] }
networks: { front: , back: }
volumes: { data: }
`,
  "a.env": "A=1\n",
};

test("prints the model as docker compose does, every $ doubled", async () => {
  expect(await shown({ kind: "model", format: "yaml" })).toBe(`name: shop
services:
  db:
    build:
      context: /project
      dockerfile: Dockerfile
    environment:
      PASSWORD: secret
    networks:
      back: null
    volumes:
      - type: volume
        source: data
        target: /data
        volume: {}
  web:
    profiles:
      - ""
    cpus: 1.1
    command:
      - echo
      - $$HOME
    depends_on:
      db:
        condition: service_started
        required: true
    environment:
      A: "1"
    image: nginx:1
    networks:
      front: null
networks:
  back:
    name: shop_back
  front:
    name: shop_front
volumes:
  data:
    name: shop_data
`);
});

test.each<[ConfigView, string]>([
  [{ kind: "services" }, "db\nweb\n"],
  [{ kind: "networks" }, "back\nfront\n"],
  [{ kind: "volumes" }, "data\n"],
  [{ kind: "models" }, ""],
  [{ kind: "images" }, "nginx:1\nshop-db\n"],
  [{ kind: "profiles" }, "\ndebug\ndev\n"],
  [{ kind: "environment" }, "COMPOSE_PROJECT_NAME=shop\nPASSWORD=secret\nPWD=/project\n"],
])("lists for %j", async (view, text) => {
  expect(await shown(view)).toBe(text);
});

test("prints hashes by name", async () => {
  expect(await shown({ kind: "hash", services: "web,db" })).toMatch(/^db [\da-f]{64}\nweb [\da-f]{64}\n$/);
  await expect(shown({ kind: "hash", services: "wbe" })).rejects.toThrow("no such service: wbe");
});

test("counts the default platform into the hash of what is built", async () => {
  const view: ConfigView = { kind: "hash", services: "*" };
  const [own, foreign] = [await shown(view), await shown(view, {}, { DOCKER_DEFAULT_PLATFORM: "linux/arm64" })];
  expect(own.split("\n")[0]).not.toBe(foreign.split("\n")[0]);
  expect(own.split("\n")[1]).toBe(foreign.split("\n")[1]);
});

test("prints the model with its variables when they are not to be replaced", async () => {
  const text = await shown({ kind: "model", format: "yaml" }, { interpolate: false });
  expect(text).toContain("image: nginx:${TAG:-1}\n");
  expect(text).toContain("command: echo $$HOME\n");
});

test("prints the model before it is normalized in compatibility mode", async () => {
  const text = await shown({ kind: "model", format: "yaml" }, { compatibility: true });
  expect(text).toContain("context: /project\n");
  expect(text).not.toContain("dockerfile:");
});

test("tables the variables", async () => {
  const { output } = await config(
    { kind: "variables", format: "table" },
    { files: ["compose.yaml"] },
    withoutEngine(worldOf(texts)),
  );
  expect(output).toEqual({
    kind: "table",
    headings: ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"],
    rows: [
      ["DEBUG_IMAGE", "false", "", ""],
      ["PASSWORD", "true", "", ""],
      ["SUFFIX", "false", "", "x"],
      ["TAG", "false", "1", ""],
    ],
  });
});

async function shown(
  view: ConfigView,
  request: LoadRequest = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const world = worldOf(texts, { environment: { PASSWORD: "secret", ...environment } });
  const { output } = await config(view, { files: ["compose.yaml"], ...request }, withoutEngine(world));
  return output.kind === "text" ? output.text : "";
}

/** What needs no engine opens none. */
function withoutEngine(world: LoadContext): ConfigContext {
  return { ...world, openEngine: () => Promise.reject(new Error("an engine was opened")) };
}
