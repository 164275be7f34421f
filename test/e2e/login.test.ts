import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry, visitor } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

test("login is believed by the registry, used by what asks it, and forgotten by logout", async () => {
  await using registry = await startRegistry({ isPrivate: true });
  const { host } = registry;
  const digest = await registry.publish("team/web", "3");
  using folder = folderOf({
    "compose.yaml": `name: private\nservices: { web: { image: "${host}/team/web:3", network_mode: none } }\n`,
  });
  const home = join(folder.path, "docker");
  const run = (args: readonly string[], input?: string): Promise<Outcome> =>
    start(tscompose, args, {
      directory: folder.path,
      environment: { DOCKER_CONFIG: home },
      ...(input !== undefined && { input }),
    }).outcome;
  const resolve = (): Promise<Outcome> => run(["config", "--resolve-image-digests"]);
  const logIn = (password: string): Promise<Outcome> =>
    run(["login", host, "-u", visitor.username, "--password-stdin"], password);

  expect((await resolve()).exitCode).not.toBe(0);
  const wrong = await logIn("swordfish");
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain(`logging in to ${host}`);
  expect(wrong.stderr).not.toContain("swordfish");
  expect(() => statSync(home)).toThrow("ENOENT");

  const right = await logIn(`${visitor.password}\n`);
  expect(right).toMatchObject({ exitCode: 0, stdout: "Login Succeeded\n" });
  expect(statSync(join(home, "config.json")).mode & 0o777).toBe(0o600);
  const resolved = await resolve();
  expect(resolved.stdout).toContain(`image: ${host}/team/web:3@${digest}`);

  expect(await run(["logout", host])).toMatchObject({ exitCode: 0, stdout: `Removed the login of ${host}\n` });
  expect(JSON.parse(readFileSync(join(home, "config.json"), "utf8"))).toEqual({ auths: {} });
  expect((await resolve()).exitCode).not.toBe(0);
  expect(await run(["logout", host])).toMatchObject({ exitCode: 0, stdout: `Not logged in to ${host}\n` });
});

test("login does not ask where nobody can answer", async () => {
  using folder = folderOf({});
  const options = { directory: folder.path, input: "" };
  const asked = await start(tscompose, ["login", "127.0.0.1:1"], options).outcome;
  expect(asked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("--password-stdin") as string });
  const nobody = await start(tscompose, ["login", "127.0.0.1:1", "-u", "a", "--password-stdin"], {
    ...options,
    input: "b",
  }).outcome;
  expect(nobody.stderr).toContain("logging in to 127.0.0.1:1");
  expect(nobody.stderr).toContain("connection refused");
});
