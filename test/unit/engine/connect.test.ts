import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type OutgoingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { connect, type ConnectOptions } from "../../../src/engine/connect.ts";

const home = mkdtempSync(join(tmpdir(), "tscompose-choice-"));
afterAll(() => rmSync(home, { recursive: true }));

const options = (environment: Record<string, string>, some: Partial<ConnectOptions> = {}): ConnectOptions => ({
  environment,
  homeDirectory: home,
  platform: "linux",
  now: () => 0,
  ...some,
});

let count = 0;

/** Answers every ping with these headers, as an engine does; keeps what it is sent. */
async function pretend(
  headers: OutgoingHttpHeaders,
): Promise<AsyncDisposable & { readonly address: string; readonly bodies: readonly unknown[] }> {
  const path = join(home, `${(count += 1)}.sock`);
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    if (request.method !== "POST") return void response.writeHead(200, headers).end("OK");
    void json(request).then((body) => {
      bodies.push(body);
      response.writeHead(201, { ...headers, "Content-Type": "application/json" }).end('{ "Id": "c0" }');
    });
  }).listen(path);
  await once(server, "listening");
  return {
    address: `unix://${path}`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe("connecting", () => {
  test("speaks what both sides know, and tells the choice", async () => {
    await using engine = await pretend({ "Api-Version": "1.60", Server: "Docker/99 (linux)" });
    const opened = await connect(options({ DOCKER_HOST: engine.address }));
    await using _ = opened.engine;
    expect(opened.engine).toMatchObject({ address: engine.address, apiVersion: "1.51" });
    expect(opened.choice).toEqual({
      address: engine.address,
      origin: "DOCKER_HOST",
      apiVersion: "1.51",
      attempts: [
        {
          address: engine.address,
          origin: "DOCKER_HOST",
          outcome: { kind: "answered", apiVersion: "1.51", server: "Docker/99 (linux)", hasBuildKit: true },
        },
      ],
    });
  });

  test.each([
    { server: "Libpod/4.3.1 (linux)", asked: {}, sent: { StopTimeout: 10 } },
    { server: "Libpod/4.3.1 (linux)", asked: { StopTimeout: 3 }, sent: { StopTimeout: 3 } },
    { server: "Docker/28.5.2 (linux)", asked: {}, sent: {} },
  ])("asks $server for $sent where a container asks for $asked", async ({ server, asked, sent }) => {
    await using pretended = await pretend({ "Api-Version": "1.41", Server: server });
    const { engine } = await connect(options({ DOCKER_HOST: pretended.address }));
    await using _ = engine;
    await engine.createContainer({ name: "web", body: { Image: "busybox", ...asked } });
    expect(pretended.bodies).toEqual([{ Image: "busybox", ...sent }]);
  });

  test("refuses an engine that is too old, with what to do", async () => {
    await using engine = await pretend({ "Api-Version": "1.39" });
    await expect(connect(options({ DOCKER_HOST: engine.address }))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("the engine speaks API 1.39, tscompose needs 1.41 or newer"),
      hint: expect.stringContaining("Docker 20.10"),
    });
  });

  test("refuses somebody who is no engine", async () => {
    await using server = await pretend({});
    await expect(connect(options({ DOCKER_HOST: server.address }))).rejects.toThrow(
      "not as an engine that speaks Docker's API",
    );
  });

  test("never falls through from an explicit choice", async () => {
    const missing = `unix://${home}/missing.sock`;
    await expect(connect(options({ DOCKER_HOST: missing }))).rejects.toMatchObject({
      code: "unavailable",
      message: `the chosen container engine does not answer\n  ${missing} (DOCKER_HOST): no such file`,
      hint: expect.stringContaining("unset DOCKER_HOST"),
    });
  });

  test("tells all that was tried when nothing is named, in one error", async () => {
    // On Windows' places, so that an engine of this machine is no answer.
    await expect(connect(options({}, { platform: "win32" }))).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(
        /^no container engine answers\n {2}npipe.*Docker's pipe.*\n {2}npipe.*Podman's pipe/,
      ),
      hint: expect.stringContaining("start Docker Desktop"),
    });
  });

  test("ends when the signal fires", async () => {
    const silent = createServer(() => {}).listen(join(home, "silent.sock"));
    await once(silent, "listening");
    const signal = AbortSignal.timeout(50);
    const connecting = connect(options({ DOCKER_HOST: `unix://${home}/silent.sock` }, { signal }));
    await expect(connecting).rejects.toMatchObject({ code: "interrupted" });
    silent.close();
    silent.closeAllConnections();
  });
});
