import type { Project } from "../compose/project.ts";
import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import type { ProviderMetadata, ProviderParameter, ProviderProgram, ProviderPrograms } from "../plan/options.ts";
import type { Programs } from "../system/programs.ts";
import { programOutput } from "./program-output.ts";

/** Finds the programs that stand for services, and asks them what options they take. */
export async function providerPrograms(
  { services, workingDirectory }: Pick<Project, "services" | "workingDirectory">,
  { programs, signal }: Pick<Context, "programs" | "signal">,
): Promise<ProviderPrograms> {
  const types = new Set(Object.values(services).flatMap(({ provider }) => provider?.type ?? []));
  if (types.size === 0) return {};
  if (programs === undefined) throw cannotRun([...types]);
  const found = [...types]
    // Docker Compose is a plugin of Docker's command line, and would be found.
    .filter((type) => type !== "compose")
    .map(async (type) => {
      const path = await programs.find(type, workingDirectory);
      return path === undefined ? [] : [[type, await describe(path, programs, workingDirectory, signal)] as const];
    });
  return Object.fromEntries((await Promise.all(found)).flat());
}

/** A program need not know the question: then it gets all options. */
async function describe(
  path: string,
  programs: Programs,
  directory: string,
  signal: AbortSignal,
): Promise<ProviderProgram> {
  const call = { path, args: ["compose", "metadata"], directory, signal };
  const { exitCode, output } = await programOutput(call, programs);
  const metadata = exitCode === 0 ? parseMetadata(output) : undefined;
  return metadata === undefined ? { path } : { path, metadata };
}

function parseMetadata(text: string): ProviderMetadata | undefined {
  const { description, up, down, stop } = record(parseJson(text));
  const isEmpty = (description ?? "") === "" && parameterList(up) === undefined && parameterList(down) === undefined;
  if (isEmpty) return undefined;
  const pausing = stop === undefined || stop === null ? {} : { stop: parameterList(stop) ?? [] };
  return { up: parameterList(up) ?? [], down: parameterList(down) ?? [], ...pausing };
}

function parameterList(verb: unknown): readonly ProviderParameter[] | undefined {
  const { parameters } = record(verb);
  if (!Array.isArray(parameters)) return undefined;
  return parameters.map(record).flatMap(({ name, required }) => {
    return typeof name === "string" ? [{ name, isRequired: required === true }] : [];
  });
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cannotRun(types: readonly string[]): TscomposeError {
  return new TscomposeError({
    code: "unsupported",
    message: `services are provided by programs (${types.join(", ")}), and none is to be run here`,
    hint: "give the action a context with programs",
  });
}
