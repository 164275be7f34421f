import { request } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Builder } from "../../src/embedded/build/build.ts";
import { startEmbeddedEngine } from "../../src/embedded/index.ts";
import { EngineApi, demultiplex } from "./engine-api.ts";
import { noteEngine } from "./engine-leftovers.ts";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** An embedded engine of a test's own, in this process, with places of its own. */
export interface OwnEngine extends AsyncDisposable {
  readonly api: EngineApi;
  /** A folder for the test: outside of what the engine keeps. */
  readonly folder: string;
  /** What went wrong in the engine. */
  readonly faults: readonly unknown[];
  readonly builder: Builder;
  /** Any request with any body. */
  ask(method: string, path: string, body?: Uint8Array): Promise<RawAnswer>;
  /** Takes an image over from the engine of this run. */
  borrow(image: string): Promise<void>;
  /** Makes and starts a container of busybox without a network; gives its id. */
  run(command: readonly string[], options?: object): Promise<string>;
  /** Runs a command in a container; throws when it fails. */
  exec(id: string, command: readonly string[]): Promise<string>;
}

/** Starts one; when it goes, its containers and all that it kept go with it. */
export async function startOwnEngine(): Promise<OwnEngine> {
  const folder = await engineFolder("own");
  const socket = join(folder, "engine.sock");
  const faults: unknown[] = [];
  const engine = await startEmbeddedEngine({
    places: { data: join(folder, "data"), run: join(folder, "run"), socket },
    version: "0.0.0",
    onFault: (fault) => faults.push(fault),
    announce: () => {},
  });
  const api = new EngineApi(engine.address);
  const ask = (method: string, path: string, body?: Uint8Array): Promise<RawAnswer> =>
    send(socket, { method, path, body });

  return {
    api,
    folder,
    faults,
    builder: engine.builder,
    ask,
    async borrow(image) {
      const { status, bytes } = await ask(
        "POST",
        "/images/load",
        await new EngineApi().download(`/images/${image}/get`),
      );
      if (status !== 200) throw new Error(`loading ${image}: ${bytes.toString()}`);
    },
    async run(command, options = {}) {
      const HostConfig = { NetworkMode: "none", ...options };
      const { Id } = (await api.post("/containers/create", { Image: "busybox:latest", Cmd: command, HostConfig })) as {
        Id: string;
      };
      await api.send("POST", `/containers/${Id}/start`);
      return Id;
    },
    async exec(id, command) {
      const wish = { Cmd: command, AttachStdout: true, AttachStderr: true };
      const { Id } = (await api.post(`/containers/${id}/exec`, wish)) as { Id: string };
      const output = await api.postForBytes(`/exec/${Id}/start`, {});
      const { ExitCode } = (await api.get(`/exec/${Id}/json`)) as { ExitCode: number };
      const text = demultiplex(output).toString();
      if (ExitCode !== 0) throw new Error(`${command.join(" ")}: exit code ${ExitCode}, ${text}`);
      return text;
    },
    async [Symbol.asyncDispose]() {
      await using last = new AsyncDisposableStack();
      last.defer(() => rm(folder, { recursive: true, force: true }));
      last.defer(() => engine.stop());
      await emptyEngine(api);
    },
  };
}

/** Removes an engine's containers, networks and volumes: stopped after that, it leaves nothing in the kernel. */
export async function emptyEngine(api: EngineApi): Promise<void> {
  for (const { Id } of await api.containers()) await removeContainer(api, Id);
  for (const { Name } of await api.networks()) {
    if (!["bridge", "host", "none"].includes(Name)) await api.send("DELETE", `/networks/${Name}`);
  }
  for (const { Name } of await api.volumes()) await api.send("DELETE", `/volumes/${Name}`);
}

async function removeContainer(api: EngineApi, id: string): Promise<void> {
  await api.send("DELETE", `/containers/${id}?force=1&v=1`).catch((error: unknown) => {
    // Some remove themselves.
    if (!(error instanceof Error && error.message.includes(": 404 "))) throw error;
  });
}

/** Makes a folder for an engine with its data in `data`; the run's leak check looks for all that engine may leave. */
export async function engineFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `tscompose-${name}-`));
  await noteEngine(join(folder, "data"));
  return folder;
}

function send(
  socketPath: string,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: Uint8Array | undefined },
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, agent: false });
    call.once("error", reject).once("response", (response) => {
      response.toArray().then((parts) => {
        const bytes = Buffer.concat(parts as Buffer[]);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes });
      }, reject);
    });
    call.end(body);
  });
}
