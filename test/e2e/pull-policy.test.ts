import { expect, test } from "vitest";
import { EngineApi } from "../support/engine-api.ts";
import { folderOf } from "../support/hostile-places.ts";
import { startRegistry } from "../support/registry.ts";
import { type Outcome, start, tscompose } from "../support/tool.ts";

test("every pull policy does what its name says, with an image that is here and one that is not", async () => {
  await using registry = await startRegistry();
  const name = `${registry.host}/team/web:1`;
  const first = await registry.publish("team/web", "1", "first");
  const engine = new EngineApi();
  await using _ = {
    async [Symbol.asyncDispose]() {
      // What the tag was taken from is kept by its digest.
      for (const image of [name, `${registry.host}/team/web@${first}`]) {
        await engine.send("DELETE", `/images/${image}?force=1`).catch(() => {});
      }
    },
  };
  const run = async (policy: string, ...args: readonly string[]): Promise<Outcome> => {
    using folder = folderOf({
      "compose.yaml": `name: e2e-policies
services:
  web:
    image: ${name}
    pull_policy: ${policy}
    command: x
    network_mode: none
`,
    });
    return await start(tscompose, args, { directory: folder.path }).outcome;
  };
  const pulls = async (policy: string): Promise<boolean> => {
    const { exitCode, stdout, stderr } = await run(policy, "--dry-run", "create");
    expect(stderr + stdout).not.toContain("error");
    expect(exitCode).toBe(0);
    return /pull/i.test(stdout + stderr);
  };
  const refused = await run("never", "create");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.stderr).toMatch(/compose\.yaml:4:12.*is not on the engine and pull policy never forbids pulling it/s);
  for (const policy of ["always", "missing", "if_not_present", "daily", "weekly", "every_1h"]) {
    expect(await pulls(policy), policy).toBe(true);
  }
  expect((await run("missing", "pull", "--quiet")).exitCode).toBe(0);
  const second = await registry.publish("team/web", "1", "second");
  for (const policy of ["missing", "if_not_present", "never"]) expect(await pulls(policy), policy).toBe(false);
  // Docker does not note when an image was pulled, only when it was tagged: its age is unknown then, as for Docker Compose.
  const { Metadata } = (await engine.get(`/images/${name}/json`)) as { readonly Metadata?: { LastTagTime?: string } };
  const isDated = !(Metadata?.LastTagTime ?? "0001").startsWith("0001");
  for (const policy of ["daily", "weekly", "every_1h"]) expect(await pulls(policy), policy).toBe(!isDated);
  expect(await pulls("always")).toBe(true);
  const digests = async (): Promise<readonly string[]> => {
    const { RepoDigests } = (await engine.get(`/images/${name}/json`)) as { readonly RepoDigests: readonly string[] };
    return RepoDigests.map((each) => each.replace(/^.*@/, ""));
  };
  expect(await digests()).toContain(first);
  expect((await run("always", "pull", "--quiet")).exitCode).toBe(0);
  expect(await digests()).toContain(second);
  const wrong = await run("sometimes", "create");
  expect(wrong.exitCode).not.toBe(0);
  expect(wrong.stderr).toMatch(/compose\.yaml:5:18.*pull_policy/s);
});
