import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Candidates, findCandidates, type Surroundings } from "../../../src/engine/candidates.ts";
import { createDockerContext } from "../../support/docker-context.ts";

const home = mkdtempSync(join(tmpdir(), "tscompose-candidates-"));
afterAll(() => rmSync(home, { recursive: true }));

const find = (some: Partial<Surroundings>): Promise<Candidates> =>
  findCandidates({ environment: {}, homeDirectory: join(home, "nobody"), platform: "linux", ...some });
const lines = ({ list }: Candidates): string[] => list.map(({ address, origin }) => `${origin}: ${address.text}`);

describe("engines are looked for", () => {
  createDockerContext(join(home, ".docker"), { name: "far", host: "tcp://far.example:2376" });
  createDockerContext(join(home, "used"), { name: "near", host: "unix:///near.sock" });
  writeFileSync(join(home, "used", "config.json"), JSON.stringify({ currentContext: "near" }));
  const all = {
    TSCOMPOSE_ENGINE: "unix:///t",
    DOCKER_HOST: "unix:///h",
    DOCKER_CONTEXT: "far",
    DOCKER_CONFIG: join(home, "used"),
  };

  test.each<{ by: string; some: Partial<Surroundings>; found: string }>([
    { by: "the flag first", some: { engine: "/e", environment: all }, found: "--engine: unix:///e" },
    { by: "our variable next", some: { environment: all }, found: "TSCOMPOSE_ENGINE: unix:///t" },
    { by: "Docker's next", some: { environment: { ...all, TSCOMPOSE_ENGINE: "" } }, found: "DOCKER_HOST: unix:///h" },
    {
      by: "the context of the variable next",
      some: { environment: { DOCKER_CONTEXT: "far" }, homeDirectory: home },
      found: 'Docker context "far": tcp://far.example:2376',
    },
    {
      by: "the context in use next",
      some: { environment: { DOCKER_CONFIG: join(home, "used") } },
      found: 'Docker context "near": unix:///near.sock',
    },
  ])("by $by, and then nowhere else", async ({ some, found }) => {
    const candidates = await find(some);
    expect(candidates.isExplicit).toBe(true);
    expect(lines(candidates)).toEqual([found]);
  });

  test("at the usual places last: Docker before Podman, with rights before without", async () => {
    const candidates = await find({
      environment: { XDG_RUNTIME_DIR: "/run/user/7" },
      userId: 7,
      homeDirectory: "/home/me",
    });
    expect(candidates.isExplicit).toBe(false);
    expect(lines(candidates)).toEqual([
      "Docker's socket: unix:///var/run/docker.sock",
      "Docker Desktop's socket: unix:///home/me/.docker/run/docker.sock",
      "Docker Desktop's socket: unix:///home/me/.docker/desktop/docker.sock",
      "rootless Docker's socket: unix:///run/user/7/docker.sock",
      "Podman's socket: unix:///run/podman/podman.sock",
      "rootless Podman's socket: unix:///run/user/7/podman/podman.sock",
    ]);
  });

  test("at the places of other systems there", async () => {
    expect(lines(await find({ platform: "win32" }))[0]).toBe("Docker's pipe: npipe:////./pipe/docker_engine");
    expect(lines(await find({ platform: "darwin" })).join()).toContain(".orbstack/run/docker.sock");
  });

  test("at the usual places when the context is the default one", async () => {
    expect((await find({ environment: { DOCKER_CONTEXT: "default" } })).isExplicit).toBe(false);
  });
});

describe("keys", () => {
  const keys = join(home, "keys");
  mkdirSync(keys);
  for (const file of ["ca.pem", "cert.pem", "key.pem"]) writeFileSync(join(keys, file), file);
  const pem = (file: string): Buffer => Buffer.from(`${file}.pem`);
  const DOCKER_HOST = "tcp://a:1";
  const files = { ca: pem("ca"), cert: pem("cert"), key: pem("key") };

  test.each([
    {
      when: "verification is on",
      environment: { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: keys },
      tls: { ...files, isVerified: true },
    },
    {
      when: "TLS alone is on",
      environment: { DOCKER_TLS: "1", DOCKER_CERT_PATH: keys },
      tls: { ...files, isVerified: false },
    },
    {
      when: "there are none",
      environment: { DOCKER_TLS_VERIFY: "0", DOCKER_CERT_PATH: home },
      tls: { isVerified: true },
    },
    { when: "neither is on", environment: { DOCKER_CERT_PATH: keys }, tls: undefined },
  ])("are read when $when", async ({ environment, tls }) => {
    const { list } = await find({ environment: { DOCKER_HOST, ...environment } });
    expect(list[0]?.address).toEqual({ kind: "tcp", text: DOCKER_HOST, host: "a", port: 1, ...(tls && { tls }) });
  });
});

describe("what makes no sense is refused by the name of who said it", () => {
  test.each([
    { some: { environment: { DOCKER_CONTEXT: "gone" } }, message: 'DOCKER_CONTEXT: there is no Docker context "gone"' },
    { some: { environment: { DOCKER_HOST: "gone" } }, message: "DOCKER_HOST: expected unix:///path" },
    { some: { engine: "gone", environment: { DOCKER_HOST: "unix:///h" } }, message: "--engine: expected" },
    {
      some: { environment: { TSCOMPOSE_ENGINE: "podman" } },
      message: 'TSCOMPOSE_ENGINE: expected an address, the path of a socket, or "embedded", got "podman"',
    },
    { some: { environment: { DOCKER_HOST: "embedded" } }, message: "DOCKER_HOST: expected unix:///path" },
  ])("$message", async ({ some, message }) => {
    await expect(find(some)).rejects.toMatchObject({
      code: "invalid-usage",
      message: expect.stringContaining(message),
    });
  });
});
