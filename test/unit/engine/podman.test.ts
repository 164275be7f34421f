import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/engine/connect.ts";
import type { Engine } from "../../../src/engine/engine.ts";

/** An engine whose answers are these, by their paths, over a socket, texts as they are; and what it was asked. */
async function answering(
  server: string,
  answers: Readonly<Record<string, unknown>>,
): Promise<{ readonly engine: Engine; readonly asked: readonly string[] }> {
  const home = mkdtempSync(join(tmpdir(), "tscompose-podman-"));
  const asked: string[] = [];
  const listening = createServer((request, response) => {
    const path = request.url?.replace("/v1.41", "").replace(/\?.*/, "") ?? "";
    asked.push(path);
    const answer = path === "/_ping" ? "OK" : answers[path];
    response.writeHead(answer === undefined ? 404 : 200, {
      "Api-Version": "1.41",
      Server: server,
      ...(typeof answer === "string" ? {} : { "Content-Type": "application/json" }),
    });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer ?? { message: "no such thing" }));
  }).listen(join(home, "engine.sock"));
  await once(listening, "listening");
  const { engine } = await connect({
    environment: { DOCKER_HOST: `unix://${home}/engine.sock` },
    homeDirectory: home,
    platform: "linux",
    now: () => 0,
  });
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]();
    listening.close();
    listening.closeAllConnections();
    rmSync(home, { recursive: true });
  });
  return { engine, asked };
}

const anonymous = "a".repeat(64);
const chosen = "b".repeat(64);
const gone = "c".repeat(64);
const answers = {
  "/containers/db/json": {
    Id: "d0",
    Name: "/db",
    HostConfig: {
      Binds: [`${anonymous}:/scratch:rw`, `${chosen}:/kept:rw`, `${gone}:/gone:rw`, "data:/data", "/etc:/etc"],
    },
  },
  [`/libpod/volumes/${anonymous}/json`]: { Name: anonymous, Anonymous: true },
  [`/libpod/volumes/${chosen}/json`]: { Name: chosen },
};

test("tells of no bind of a container that nobody asked for, as Docker does: Podman's name anonymous volumes, too", async () => {
  const { engine } = await answering("Libpod/4.3.1 (linux)", answers);
  const { HostConfig } = (await engine.inspectContainer("db")) ?? {};
  expect(HostConfig?.Binds).toEqual([`${chosen}:/kept:rw`, `${gone}:/gone:rw`, "data:/data", "/etc:/etc"]);
});

test("asks Podman about no volume whose name is somebody's, and nobody else about any", async () => {
  const podman = await answering("Libpod/4.3.1 (linux)", {
    "/containers/web/json": { Id: "w0", Name: "/web", HostConfig: { Binds: ["data:/data"] } },
  });
  await podman.engine.inspectContainer("web");
  expect(podman.asked).toEqual(["/_ping", "/containers/web/json"]);
  const docker = await answering("Docker/28.5.2 (linux)", answers);
  await docker.engine.inspectContainer("db");
  expect(docker.asked).toEqual(["/_ping", "/containers/db/json"]);
});

test.each([
  { Warning: '"a: b" is not a recognized option', told: ['"a: b" is not a recognized option'] },
  { Warning: "", told: [] },
])("hands on what an engine remarks on a network it makes: $told", async ({ Warning, told }) => {
  const { engine } = await answering("Libpod/4.3.1 (linux)", {
    "/networks/create": { Id: "n0", Warning },
    "/networks": [],
  });
  const { warnings } = await engine.createNetwork({ Name: "lan", Options: { a: "b" } });
  expect(warnings).toEqual(told);
});

test("lists processes in columns, though Podman does not say that it answers with JSON", async () => {
  const told = { Titles: ["USER", "PID", "COMMAND"], Processes: [["root", "1", "sleep infinity"]] };
  const { engine } = await answering("Libpod/4.3.1 (linux)", { "/containers/web/top": JSON.stringify(told) });
  expect(await engine.listProcesses("web")).toEqual({ ...told, Titles: ["USER", "PID", "CMD"] });
});
