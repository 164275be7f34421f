// Compose files in TypeScript, as docs/typescript.md has them; test/unit/docs.test.ts holds the page to it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ComposeFile } from "tscompose/define";
import { compose } from "tscompose/testing";
import { EngineApi } from "../../support/engine-api.ts";
import { TestProject } from "../../support/test-project.ts";
import { start, tscompose } from "../../support/tool.ts";
import { Watching } from "../../support/watching.ts";

const example = new URL("../../../examples/typescript/", import.meta.url);
const engine = new EngineApi();
let given: TestProject;

beforeAll(async () => {
  given = await TestProject.create(example, engine);
});

afterAll(() => given[Symbol.asyncDispose]());

test("a defined file is started as it is", async () => {
  const options = { engine: engine.address, env: { COMPOSE_PROJECT_NAME: given.name } };
  const { default: shop } = (await import(new URL("compose.ts", example).href)) as { readonly default: ComposeFile };
  await using stack = await compose(shop, options);
  const { web, cache } = stack.services;
  expect(await (await fetch(web?.url(80) ?? "")).text()).toBe("/root\n");
  expect(cache?.url()).toBe(`redis://127.0.0.1:${cache?.port(6379)}`);
});

test("the same file by its name is the same", async () => {
  const options = { engine: engine.address, env: { COMPOSE_PROJECT_NAME: given.name, REDIS: "redis:7-none" } };
  const starting = compose(join(given.directory, "compose.ts"), { ...options, pull: "never", services: ["cache"] });
  await expect(starting).rejects.toThrow("redis:7-none");
});

test("the command line finds it, prints it as YAML, and tells of mistakes where they were written", async () => {
  const environment = { DOCKER_HOST: engine.address, COMPOSE_PROJECT_NAME: given.name };
  const run = (...args: readonly string[]) =>
    start(tscompose, args, { directory: given.directory, environment }).outcome;
  const printed = await run("config");
  expect(printed.stdout).toContain(`echo "$$HOME" > /www/index.html`);
  await given.write({ "printed.yaml": printed.stdout });
  expect((await run("-f", "printed.yaml", "config")).stdout).toBe(printed.stdout);

  const text = await readFile(join(given.directory, "compose.ts"), "utf8");
  await given.write({ "wrong.ts": text.replace("tmpfs:", "tmfs:").replace("8080:80", "80800:80") });
  const { stderr, exitCode } = await run("-f", "wrong.ts", "config");
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('wrong.ts:12:7 services.web.tmfs: unknown key [unknown-key]\n  hint: did you mean "tmpfs"?');
  expect(stderr).toContain("wrong.ts:13:15 services.web.ports[0]: published port must be");
});

test("watch applies an edit of what it imports", async () => {
  const compose = (watched: string): string => `
    import { tag } from "./tag.ts";
    export default {
      services: { web: { image: "busybox", command: "sleep infinity", init: true, labels: { tag }, ${watched} } },
    };`;
  const develop = `develop: { watch: [{ path: "src", action: "sync", target: "/app" }] }`;
  await using project = await TestProject.create(
    { "compose.ts": compose(develop), "tag.ts": `export const tag = "one";`, "src/a": "" },
    engine,
  );
  await using watching = await Watching.run(project, "-f", "compose.ts", "watch");
  await watching.says(/synced in /);
  await writeFile(join(project.directory, "tag.ts"), `export const tag: string = "two";`);
  await watching.says(/⦿ watching/);
  const [row] = await engine.containers({ label: [`com.docker.compose.project=${project.name}`] });
  expect(row?.Labels["tag"]).toBe("two");
});
