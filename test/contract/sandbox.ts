import { randomBytes } from "node:crypto";
import type { ContainerCreateBody, ContainerInspect } from "../../src/docker-api/container.ts";
import type { Attachment, Engine, OutputChunk } from "../../src/engine/engine.ts";
import { ensureImages, openTestEngine, type TestEngine } from "../support/engines.ts";

/** Image of every container here; holds Debian's static busybox. */
export const image = "busybox:latest";

/** An open engine, and a name for all that a test makes on it: disposing removes everything of that name. */
export interface Sandbox extends AsyncDisposable {
  readonly engine: Engine;
  /** A name nobody else has. */
  name(word: string): string;
  /** Labels that mark what is to be removed. */
  readonly labels: Record<string, string>;
  /** Creates a container that runs a shell script. */
  create(script: string, body?: ContainerCreateBody): Promise<string>;
  /** Creates and starts one. */
  run(script: string, body?: ContainerCreateBody): Promise<string>;
  /** Runs one until it ends, and tells its exit code. */
  finish(script: string, body?: ContainerCreateBody): Promise<{ readonly id: string; readonly exitCode: number }>;
  inspect(id: string): Promise<ContainerInspect>;
}

/** Opens a sandbox on an engine. */
export async function openSandbox(testEngine: TestEngine): Promise<Sandbox> {
  ensureImages(testEngine, "busybox");
  const engine = await openTestEngine(testEngine);
  const mark = `contract-${randomBytes(4).toString("hex")}`;
  const labels = { "tscompose.contract": mark };
  let count = 0;
  const name = (word: string): string => `${mark}-${word}-${(count += 1)}`;

  async function create(script: string, body: ContainerCreateBody = {}): Promise<string> {
    const command = { Image: image, Entrypoint: ["/bin/sh", "-c"], Cmd: [script], Labels: labels };
    return (await engine.createContainer({ name: name("box"), body: { ...command, ...body } })).id;
  }
  async function run(script: string, body?: ContainerCreateBody): Promise<string> {
    const id = await create(script, body);
    await engine.startContainer(id);
    return id;
  }
  return {
    engine,
    name,
    labels,
    create,
    run,
    async finish(script, body) {
      const id = await run(script, body);
      return { id, exitCode: await engine.waitContainer(id) };
    },
    async inspect(id) {
      const container = await engine.inspectContainer(id);
      if (container === undefined) throw new Error(`${id} is gone`);
      return container;
    },
    async [Symbol.asyncDispose]() {
      await removeAll(engine, { label: [`tscompose.contract=${mark}`] });
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function removeAll(engine: Engine, filters: { readonly label: readonly string[] }): Promise<void> {
  const containers = await engine.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => engine.removeContainer(Id, { force: true, withVolumes: true })));
  for (const { Id } of await engine.listNetworks(filters)) await engine.removeNetwork(Id);
  for (const { Name } of await engine.listVolumes(filters)) await engine.removeVolume(Name);
  for (const { Id } of await engine.listImages(filters)) await engine.removeImage(Id, { force: true });
}

/** Output gathered until it ends, per stream. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Reads output to its end. */
export async function gather(output: AsyncIterable<OutputChunk>): Promise<Output> {
  const bytes: Record<OutputChunk["stream"], Uint8Array[]> = { stdout: [], stderr: [] };
  for await (const chunk of output) bytes[chunk.stream].push(chunk.bytes);
  return { stdout: Buffer.concat(bytes.stdout).toString(), stderr: Buffer.concat(bytes.stderr).toString() };
}

/** Reads output until it contains a text; what was read so far is the answer. */
export async function readUntil(output: AsyncIterator<OutputChunk>, text: string): Promise<string> {
  let seen = "";
  while (!seen.includes(text)) {
    const next = await output.next();
    if (next.done === true) throw new Error(`ended before "${text}": ${JSON.stringify(seen)}`);
    seen += Buffer.from(next.value.bytes).toString();
  }
  return seen;
}

/** Runs a command in a container as `exec` does. */
export async function exec(
  { engine }: Sandbox,
  id: string,
  command: readonly string[],
  { tty = false, stdin = false }: { readonly tty?: boolean; readonly stdin?: boolean } = {},
): Promise<{ readonly execId: string; readonly joined: Attachment }> {
  const streams = { AttachStdin: stdin, AttachStdout: true, AttachStderr: true, Tty: tty };
  const execId = await engine.createExec(id, { Cmd: command, ...streams });
  return { execId, joined: await engine.startExec(execId, { tty, stdin }) };
}
