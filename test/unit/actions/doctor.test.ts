import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { doctor } from "../../../src/actions/doctor.ts";

const home = mkdtempSync(join(tmpdir(), "tscompose-doctor-"));
afterAll(() => rmSync(home, { recursive: true }));

const configured = (name: string, config: string): Record<string, string> => {
  mkdirSync(join(home, name));
  writeFileSync(join(home, name, "config.json"), config);
  return { DOCKER_CONFIG: join(home, name) };
};

test("an engine that does not answer is a problem with a next step", async () => {
  const environment = { DOCKER_HOST: `unix://${home}/no.sock` };
  const { engines, chosen, problems } = await doctor({ environment, homeDirectory: home });
  expect(engines).toEqual([
    { address: environment.DOCKER_HOST, origin: "DOCKER_HOST", isReachable: false, finding: "no such file" },
  ]);
  expect(chosen).toBeUndefined();
  expect(problems).toEqual([
    { message: expect.stringContaining("does not answer"), hint: expect.stringContaining("unset DOCKER_HOST") },
  ]);
});

test("the embedded engine that nobody has started yet is no problem where it can work", async () => {
  const environment = { TSCOMPOSE_ENGINE: "embedded", TSCOMPOSE_ENGINE_RUN: home, DOCKER_CONFIG: home };
  const { engines, embedded, problems } = await doctor({ environment, homeDirectory: home });
  expect(engines).toMatchObject([{ address: `unix://${home}/engine.sock`, isReachable: false }]);
  const lacking = embedded?.missing.map(({ name }) => expect.stringContaining(`the embedded engine lacks ${name}`));
  const told = problems.map(({ message }) => message);
  expect(told).toEqual(lacking?.length === 0 ? [] : [...(lacking ?? []), expect.stringContaining("does not answer")]);
});

test("a credential helper that is not there is a problem before the first pull", async () => {
  const config = { credHelpers: { "ghcr.io": "gone" }, auths: { "quay.io": { auth: "eDp5" }, "a.io": {} } };
  const environment = { ...configured("helper", JSON.stringify(config)), DOCKER_HOST: `unix://${home}/no.sock` };
  const { registries, problems } = await doctor({ environment, homeDirectory: home });
  expect(registries).toEqual({
    configFile: join(home, "helper", "config.json"),
    helpers: [{ registry: "ghcr.io", program: "docker-credential-gone" }],
    logins: ["quay.io"],
  });
  expect(problems.at(-1)?.message).toBe("docker-credential-gone is to keep the login of ghcr.io, but is not on PATH");
});

test("configuration that cannot be read is a problem, not a crash", async () => {
  const environment = { ...configured("broken", "{"), DOCKER_HOST: "nonsense" };
  const { engines, problems } = await doctor({ environment, homeDirectory: home });
  expect(engines).toEqual([]);
  expect(problems.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^DOCKER_HOST: expected/),
    expect.stringContaining(`${home}/broken/config.json: `),
  ]);
});
