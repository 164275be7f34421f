import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import example from "../../examples/test-suite/package.json" with { type: "json" };
import manifest from "../../package.json" with { type: "json" };
import { EngineApi } from "../support/engine-api.ts";
import { runPrefix } from "../support/test-project.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

/** What the service of examples/test-suite needs; jest is a hundred megabytes, and tried by hand. */
const ofExample = Object.entries(example.dependencies).map(([name, version]) => `${name}@${version}`);

describe("the published package", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "tscompose-package-"));
    await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    const packages = [`./${packed.filename}`, ...ofExample];
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("brings a command that starts", async () => {
    const { stdout } = await tscompose("version", "--short");
    expect(stdout.trim()).toBe(manifest.version);
  });

  test("reads a compose file", async () => {
    await writeFile(join(folder, "compose.yaml"), "services: { web: { image: nginx } }\n");
    const { stdout } = await tscompose("config", "--services");
    expect(stdout.trim()).toBe("web");
  });

  test.each([
    { when: "before the command", args: ["--env-file", "missing.env", "config"] },
    { when: "with an equals sign", args: ["--env-file=missing.env", "config"] },
  ])("complains itself about an env file that is missing, $when", async ({ args }) => {
    const complaint = "couldn't find env file: " + join(folder, "missing.env");
    await expect(tscompose(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(complaint) });
  });

  test("keeps the env file of a command in a container from Node", async () => {
    const outcome = tscompose("--engine", "unix:///nowhere.sock", "exec", "web", "serve", "--env-file", "missing.env");
    await expect(outcome).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("/nowhere.sock") });
  });

  test("is not configured by the NODE_OPTIONS of an env file", async () => {
    await writeFile(join(folder, "shop.env"), "NODE_OPTIONS=--require ./intruder.cjs\nIMAGE=redis\n");
    await writeFile(join(folder, "intruder.cjs"), "console.log('intruder');\n");
    await writeFile(join(folder, "shop.yaml"), "services: { db: { image: $IMAGE } }\n");
    const { stdout } = await tscompose("-f", "shop.yaml", "--env-file", "shop.env", "config", "--images");
    expect(stdout).toBe("redis\n");
  });

  test("brings a library, and one for tests, with their types", async () => {
    const program = `import { load, loadContext } from "tscompose";
      import { compose } from "tscompose/testing";
      const { project } = await load({ files: ["compose.yaml"] }, loadContext());
      console.log(Object.keys(project.services).join(), typeof compose);`;
    await writeFile(join(folder, "library.yaml"), "services: { api: { image: node } }\n");
    await writeFile(join(folder, "library.mjs"), program.replace("compose.yaml", "library.yaml"));
    const { stdout } = await run(process.execPath, ["library.mjs"], { cwd: folder });
    expect(stdout).toBe("api function\n");
    const places = ["dist/index.d.ts", "dist/testing/index.d.ts", "dist/testing/guard/guard-process.js"];
    for (const place of places) expect(existsSync(join(folder, "node_modules/tscompose", place))).toBe(true);
  });

  test("brings them in few files, which both share", async () => {
    const program = `import { registerHooks } from "node:module";
      let loaded = 0;
      registerHooks({ load: (url, context, next) => (url.startsWith("file:") && loaded++, next(url, context)) });
      const { TscomposeError } = await import("tscompose");
      const { StackStartError } = await import("tscompose/testing");
      console.log(JSON.stringify({ isShared: StackStartError.prototype instanceof TscomposeError, loaded }));`;
    await writeFile(join(folder, "files.mjs"), program);
    const { stdout } = await run(process.execPath, ["files.mjs"], { cwd: folder });
    const { isShared, loaded } = JSON.parse(stdout) as { isShared: boolean; loaded: number };
    expect(isShared).toBe(true);
    expect(loaded).toBeLessThan(40); // each costs half a millisecond of every test file
  });

  test("lets the suites of examples/test-suite run at the same time, and leaves nothing of theirs", async () => {
    const suite = join(folder, "suite");
    await cp(join(root, "examples/test-suite"), suite, { recursive: true });
    await mkdir(join(suite, "node_modules"));
    await symlink(join(root, "node_modules/vitest"), join(suite, "node_modules/vitest"));
    const engine = new EngineApi();
    const name = `${runPrefix}suite`;
    const env = { ...process.env, DOCKER_HOST: engine.address, COMPOSE_PROJECT_NAME: name };
    const vitest = [join(root, "node_modules/vitest/vitest.mjs"), "run", "--config", "vitest/vitest.config.ts"];
    const nodeTest = ["--test", "--test-global-setup=node-test/stack.ts", "node-test/*.test.ts"];
    const suites = [vitest, nodeTest].map((args) => run(process.execPath, args, { cwd: suite, env }));
    const [ofVitest, ofNode] = await Promise.all(suites);
    expect(ofVitest?.stdout).toMatch(/3 passed/);
    expect(ofNode?.stdout).toMatch(/pass 2\b/);
    expect((await engine.containers()).flatMap(({ Names }) => Names).filter((each) => each.includes(name))).toEqual([]);
    expect((await engine.networks()).filter(({ Name }) => Name.includes(name))).toEqual([]);
  });

  test("publishes its schemas, and neither tests nor sources", async () => {
    const { stdout } = await run("npm", ["ls", "--all", "--parseable"], { cwd: folder });
    expect(stdout).not.toContain("toolchain");
    const { stdout: files } = await run("ls", [join(folder, "node_modules/tscompose")]);
    expect(files.trim().split("\n").toSorted()).toEqual(
      ["CHANGELOG.md", "LICENSE", "README.md", "bin", "dist", "package.json", "schema"].filter(
        (name) => name !== "CHANGELOG.md",
      ),
    );
  });

  /** Runs what a shell would find, with this Node. */
  function tscompose(...args: readonly string[]): Promise<{ stdout: string }> {
    const path = `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`;
    return run(join(folder, "node_modules/.bin/tscompose"), args, { cwd: folder, env: { ...process.env, PATH: path } });
  }
});
