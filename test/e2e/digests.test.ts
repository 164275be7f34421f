import { join } from "node:path";
import { expect, test } from "vitest";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

const known = `sha256:${"a".repeat(64)}`;

async function config(directory: string, ...args: readonly string[]): Promise<Outcome> {
  return start(tscompose, args, { directory }).outcome;
}

test("config resolves and locks the digests of images, as docker compose prints them", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  const digest = await registry.publish("team/web", "3");
  using folder = folderOf({
    "compose.yaml": `name: locked
services:
  web: { image: "${host}/team/web:3", network_mode: none, environment: { A: $$x } }
  same: { image: "${host}/team/web:3", network_mode: none }
  digested: { image: "${host}/team/web:3@${known}", network_mode: none }
  built: { build: ".", network_mode: none }
x-own: 1
`,
  });

  const resolved = await config(folder.path, "config", "--resolve-image-digests");
  expect(resolved).toMatchObject({ exitCode: 0, stderr: "" });
  expect(resolved.stdout).toBe(`name: locked
services:
  built:
    build:
      context: ${folder.path}
      dockerfile: Dockerfile
    network_mode: none
  digested:
    image: ${host}/team/web@${known}
    network_mode: none
  same:
    image: ${host}/team/web:3@${digest}
    network_mode: none
  web:
    environment:
      A: $$x
    image: ${host}/team/web:3@${digest}
    network_mode: none
x-own: 1
`);

  const lock = `services:
  built: {}
  digested:
    image: ${host}/team/web@${known}
  same:
    image: ${host}/team/web:3@${digest}
  web:
    image: ${host}/team/web:3@${digest}
`;
  const written = await config(folder.path, "config", "--lock-image-digests", "-o", join(folder.path, "lock.yaml"));
  expect(written).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  expect((await config(folder.path, "config", "--lock-image-digests", "--no-interpolate")).stdout).toBe(lock);
  expect((await config(folder.path, "config", "--lock-image-digests")).stdout).toBe(lock);
  const asJson = await config(folder.path, "config", "--lock-image-digests", "--format", "json", "web");
  expect(JSON.parse(asJson.stdout)).toEqual({
    name: "",
    services: { web: { command: null, entrypoint: null, image: `${host}/team/web:3@${digest}` } },
  });

  const laid = await config(folder.path, "-f", "compose.yaml", "-f", "lock.yaml", "config", "--images", "web");
  expect(laid.stdout).toBe(`${host}/team/web:3@${digest}\n`);
});

test("config tells of every image whose digest is not to be had, with its place", async () => {
  await using registry = await startRegistry();
  const { host } = registry;
  await registry.publish("team/web", "3");
  using folder = folderOf({
    "compose.yaml": `services:
  web: { image: "${host}/team/web:3" }
  gone: { image: "${host}/team/web:4" }
  nobody: { image: "127.0.0.1:1/team/web" }
`,
  });
  const refused = await config(folder.path, "config", "--resolve-image-digests");
  expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
  expect(refused.stderr).toMatch(/^compose.yaml:3:18 services\.gone\.image: resolving the digest of .*team\/web:4: /m);
  expect(refused.stderr).toMatch(/^compose.yaml:4:20 services\.nobody\.image: .*connection refused/m);
  expect(refused.stderr).not.toContain("services.web.image");
});
