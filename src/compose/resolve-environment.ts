import type { Report } from "./diagnostic.ts";
import { readDotenv, readRawEnv, type Variables } from "./dotenv.ts";
import type { EnvFile, EnvironmentMap, Project, Service } from "./project.ts";
import type { SourceText } from "./session.ts";
import { formatPath, type Location, type Path } from "./source.ts";

/** What reading the files of a service's variables takes. */
export interface VariableFiles {
  /** Text of a file that is named at `from`; undefined when it cannot be read, which was reported. */
  readonly read: (path: string, from: Location | undefined) => Promise<SourceText | "missing" | undefined>;
  /** The project's variables: the process's, completed by `.env` files. */
  readonly environment: Readonly<Record<string, string>>;
  readonly report: Report;
  /** Where an attribute was written. */
  readonly locate: (path: Path) => Location | undefined;
}

/** Completes the variables of each active service by its `env_file`s, which are read now and then forgotten. */
export async function resolveEnvironment(project: Project, context: VariableFiles): Promise<Project> {
  return onEachService(project, async (service) => {
    const { envFile = [], environment: declared, ...rest } = service;
    const own = inherited(declared ?? {}, context.environment);
    const variables: Variables = new Map(
      Object.entries(own).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
    );
    const lookup = (name: string): string | undefined =>
      lookUp(context.environment, name) ?? lookUp(own, name) ?? undefined;
    for (const [index, file] of envFile.entries()) {
      const path = ["services", service.name, "env_file", index];
      await readInto(variables, { file, path, lookup, context });
    }
    const environment = { ...Object.fromEntries(variables), ...own };
    return declared === undefined && variables.size === 0 ? rest : { ...rest, environment };
  });
}

/** Completes the labels of each active service by its `label_file`s, which are part of its hash; its own labels win. */
export async function resolveLabels(project: Project, context: VariableFiles): Promise<Project> {
  return onEachService(project, async (service) => {
    if (service.labelFile === undefined) return service;
    const labels: Variables = new Map();
    for (const [index, path] of service.labelFile.entries()) {
      const file = { path, required: true };
      const at = ["services", service.name, "label_file", index];
      await readInto(labels, { file, path: at, lookup: () => undefined, context });
    }
    return { ...service, labels: { ...Object.fromEntries(labels), ...service.labels } };
  });
}

interface Reading {
  readonly file: EnvFile;
  readonly path: Path;
  readonly lookup: (name: string) => string | undefined;
  readonly context: VariableFiles;
}

async function readInto(variables: Variables, { file, path, lookup, context }: Reading): Promise<void> {
  const source = await context.read(file.path, context.locate(path));
  if (source === "missing" && file.required) reportMissing(file.path, path, context);
  if (source === undefined || source === "missing") return;
  const read = file.format === "raw" ? readRawEnv : readDotenv;
  read(source.text, variables, { file: source.name, lookup, report: context.report });
}

function reportMissing(file: string, path: Path, { report, locate }: VariableFiles): void {
  const at = locate(path);
  report({
    severity: "error",
    code: "missing-file",
    path,
    message: `${formatPath(path)}: file not found: ${file}`,
    hint: "create it, or write path and `required: false`",
    ...(at !== undefined && { at }),
  });
}

/** Bare names take the project's value. */
function inherited(declared: EnvironmentMap, environment: Readonly<Record<string, string>>): EnvironmentMap {
  const entries = Object.entries(declared).map(([key, value]) => [key, value ?? lookUp(environment, key) ?? null]);
  return Object.fromEntries(entries);
}

function lookUp<Value>(variables: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

async function onEachService(project: Project, change: (service: Service) => Promise<Service>): Promise<Project> {
  const services = await Promise.all(
    Object.entries(project.services).map(async ([name, service]) => [name, await change(service)] as const),
  );
  return { ...project, services: Object.fromEntries(services) };
}
