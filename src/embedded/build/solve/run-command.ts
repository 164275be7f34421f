import { rm } from "node:fs/promises";
import type { ResultLayer } from "../cache/build-cache.ts";
import type { ContainerConfig } from "../../containers/container.ts";
import type { HostConfig } from "../../../docker-api/container.ts";
import { HttpError } from "../../api/http-error.ts";
import { BuildError } from "../build.ts";
import { DockerfileError } from "../dockerfile/dockerfile-error.ts";
import type { CommandStep, Step } from "../plan/steps.ts";
import { MountStubs } from "./mount-stubs.ts";
import { openMounts } from "./mounts.ts";
import type { SolveParts } from "./parts.ts";
import { foldersOf } from "./snapshot.ts";
import type { Solved } from "./source.ts";

const hostname = "buildkitsandbox";

/** What a command needs of the build. */
export interface CommandContext {
  readonly base: readonly ResultLayer[];
  /** Of the progress. */
  readonly vertex: string;
  readonly solve: (step: Step) => Promise<Solved>;
}

/** A command that did not exit with 0. */
export class CommandFailure extends DockerfileError {
  readonly exitCode: number;
  /** The last lines that it wrote. */
  readonly output: string;

  constructor({ args, location }: CommandStep, { exitCode, output }: Pick<CommandFailure, "exitCode" | "output">) {
    super(`process ${JSON.stringify(args.join(" "))} did not complete successfully: exit code: ${exitCode}`, location);
    this.name = "CommandFailure";
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** Runs a command in a container on top of layers; gives the layer of what it changed. Throws a {@link CommandFailure}. */
export async function runCommand(
  parts: SolveParts,
  step: CommandStep,
  { base, vertex, solve }: CommandContext,
): Promise<ResultLayer> {
  const { images, commands, request, progress } = parts;
  const temporary = await images.makeTemporary();
  try {
    const layers = foldersOf(images, base);
    await using mounts = await openMounts(parts, step, solve);
    const tail = new OutputTail();
    const stubs = await MountStubs.before(layers, mounts.targets);
    const exitCode = await commands
      .run({
        lowerDirs: [images.mountPoints, ...layers],
        folder: temporary,
        config: configOf(step, mounts.env),
        hostConfig: hostConfigOf(parts, step),
        mounts: mounts.mounts,
        onOutput(stream, bytes) {
          tail.add(bytes);
          progress.log(vertex, stream, Buffer.from(bytes));
        },
        signal: request.signal,
      })
      .catch((error: unknown) => {
        throw refusal(error, step);
      });
    if (exitCode !== 0) throw new CommandFailure(step, { exitCode, output: tail.lines() });
    await stubs.clear(`${temporary}/layer`);
    const { diffId } = await images.adopt(temporary);
    return { diffId, createdAt: parts.now(), description: `mount / from exec ${step.args.join(" ")}` };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const shownLines = 10;
const longestTail = 8192;

/** The end of what a command writes. */
class OutputTail {
  #bytes: Buffer = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(-longestTail);
  }

  lines(): string {
    return this.#bytes.toString().trimEnd().split("\n").slice(-shownLines).join("\n");
  }
}

/** What keeps a command from starting is the Dockerfile's fault, most likely. */
function refusal(error: unknown, step: CommandStep): unknown {
  if (!(error instanceof HttpError) || error instanceof BuildError) return error;
  return new DockerfileError(`process ${JSON.stringify(step.args.join(" "))}: ${error.message}`, step.location);
}

function configOf(step: CommandStep, secrets: ReadonlyMap<string, string>): ContainerConfig {
  const env = new Map([...step.proxies, ...step.env, ...secrets]);
  return {
    Hostname: hostname,
    Entrypoint: null,
    Cmd: step.args,
    // A name alone takes away what containers get otherwise.
    Env: [...(env.has("HOSTNAME") ? [] : ["HOSTNAME"]), ...[...env].map(([name, value]) => `${name}=${value}`)],
    User: step.user,
    WorkingDir: step.workingFolder,
  };
}

function hostConfigOf({ request }: SolveParts, { network, isPrivileged }: CommandStep): HostConfig {
  return {
    ...request.limits,
    NetworkMode: network === "" ? "default" : network,
    ExtraHosts: request.extraHosts,
    ...(isPrivileged ? { Privileged: true } : {}),
  };
}
