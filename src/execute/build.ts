import type { Build } from "../compose/project.ts";
import type { BuildOptions } from "../engine/engine.ts";
import { TscomposeError } from "../errors.ts";
import type { Operation } from "../plan/operation.ts";
import { ulimitsOf } from "../plan/spec/resources.ts";
import { openBuildContext } from "./build-context.ts";
import type { Tools } from "./perform.ts";

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** Builds an image with the engine's own builder, telling what it prints; a failure repeats the last of it. */
export async function buildImage(operation: BuildImage, { engine, signal, progress }: Tools): Promise<undefined> {
  const { build, service } = operation;
  const context = await openBuildContext(build, `services.${service}.build`);
  const output = new LastLines();
  try {
    for await (const { stream, status } of engine.buildImage(context.archive, {
      ...buildOptions(operation),
      dockerfile: context.dockerfile,
      signal,
    })) {
      for (const line of output.add(stream ?? (status === undefined ? "" : `${status}\n`))) progress(line);
    }
  } catch (error) {
    if (!(error instanceof TscomposeError) || error.code !== "operation-failed") throw error;
    const told = output.last.map((line) => `  ${line}`);
    throw new TscomposeError({ code: error.code, message: [error.message, ...told].join("\n"), cause: error });
  }
  if (signal.aborted) {
    throw new TscomposeError({ code: "interrupted", message: `building ${operation.image}: interrupted` });
  }
}

function buildOptions(operation: BuildImage): BuildOptions {
  const { image, build, labels } = operation;
  const platform = operation.platform ?? build.platforms?.[0];
  return {
    tags: [...new Set([image, ...(build.tags ?? [])])],
    labels,
    ...(platform === undefined ? {} : { platform }),
    ...(build.isolation === undefined ? {} : { isolation: build.isolation }),
    ...(build.args === undefined ? {} : { buildArgs: build.args }),
    ...(build.target === undefined ? {} : { target: build.target }),
    ...(build.network === undefined ? {} : { network: build.network }),
    ...(build.noCache === undefined ? {} : { noCache: build.noCache }),
    ...(build.pull === undefined ? {} : { pull: build.pull }),
    ...(build.cacheFrom === undefined ? {} : { cacheFrom: build.cacheFrom }),
    ...(build.extraHosts === undefined ? {} : { extraHosts: hostsOf(build.extraHosts) }),
    ...(build.shmSizeBytes === undefined ? {} : { shmSizeBytes: build.shmSizeBytes }),
    ...(build.ulimits === undefined ? {} : { ulimits: ulimitsOf(build.ulimits) ?? [] }),
  };
}

function hostsOf(hosts: NonNullable<Build["extraHosts"]>): string[] {
  return Object.entries(hosts).flatMap(([name, addresses]) => addresses.map((address) => `${name}:${address}`));
}

/** Cuts a stream of text into lines and keeps the last few. */
class LastLines {
  #rest = "";
  #last: readonly string[] = [];

  get last(): readonly string[] {
    return this.#last;
  }

  /** Takes in a piece; returns the lines it completes. */
  add(text: string): string[] {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = lines.pop() ?? "";
    const told = lines.map((line) => line.trimEnd()).filter((line) => line !== "");
    this.#last = [...this.#last, ...told].slice(-10);
    return told;
  }
}
