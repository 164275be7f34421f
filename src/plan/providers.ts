import type { Project, Provider, Service } from "../compose/project.ts";
import { serviceGraph } from "../graph/service-graph.ts";
import type { Draft } from "./draft.ts";
import type { ProviderParameter, ProviderProgram, ProviderPrograms } from "./options.ts";
import type { Problem, ReportProblem } from "./problem.ts";

/** The project as far as containers go: services that a provider stands for have none, and nobody waits for them. */
export function withoutProviders(project: Project): Project {
  const services = Object.values(project.services);
  if (!services.some(({ provider }) => provider !== undefined)) return project;
  const isProvided = Object.groupBy(services, ({ provider }) => (provider === undefined ? "not" : "yes"));
  const byName = (list: typeof services = []): Project["services"] =>
    Object.fromEntries(list.map((service) => [service.name, service]));
  return {
    ...project,
    services: byName(isProvided.not),
    disabledServices: { ...project.disabledServices, ...byName(isProvided.yes) },
  };
}

/** Has the programs provide their services, each after those it depends on; answers with the steps, by service. */
export function writeProvision(
  project: Project,
  programs: ProviderPrograms,
  draft: Draft,
  report: ReportProblem,
): ReadonlyMap<string, number> {
  const steps = new Map<string, number>();
  for (const service of providedServices(project)) {
    const call = providerCall(project, service, "up", programs);
    if ("problem" in call) {
      report(call.problem);
      continue;
    }
    for (const option of unknownOptions(service.provider, programs)) {
      const path = `services.${service.name}.provider.options.${option}`;
      draft.remark(`${path}: ${service.provider.type} does not say that it takes this option, and does not get it`);
    }
    const after = Object.keys(service.dependsOn ?? {}).flatMap((name) => steps.get(name) ?? []);
    steps.set(service.name, draft.add(call.operation, "provider", { after }));
  }
  return steps;
}

/** What to release or pause, and what must be over before. */
export interface ProviderEnd {
  readonly verb: "down" | "stop";
  /** True for services that are meant. */
  readonly selected: (service: string) => boolean;
  readonly programs: ProviderPrograms;
  /** Steps after which a service does not need what it depends on any more. */
  readonly ended: (service: string) => readonly number[];
}

/** Has the programs release or pause what they provide, once its dependents have ended. */
export function writeProviderEnds(project: Project, end: ProviderEnd, draft: Draft): void {
  const { verb, selected, programs, ended } = end;
  const services = { ...project.disabledServices, ...project.services };
  const graph = serviceGraph(services);
  const steps = new Map<string, number>();
  for (const service of providedServices(project).toReversed()) {
    if (!selected(service.name)) continue;
    // A program has to say that it can pause what it provides.
    if (verb === "stop" && programs[service.provider.type]?.metadata?.stop === undefined) continue;
    const call = providerCall(project, service, verb, programs);
    if ("problem" in call) {
      draft.remark(`services.${service.name}.provider: ${call.problem.message}, what it has provided is left as it is`);
      continue;
    }
    const after = graph
      .directDependentsOf(service.name)
      .flatMap((name) => [...ended(name), steps.get(name) ?? []].flat());
    steps.set(service.name, draft.add(call.operation, verb, { after }));
  }
}

type Provided = Service & { readonly provider: Provider };

function providedServices({ services }: Project): Provided[] {
  const isProvided = (service: Service | undefined): service is Provided => service?.provider !== undefined;
  return serviceGraph(services)
    .order.map((name) => services[name])
    .filter(isProvided);
}

type Call = { readonly operation: Parameters<Draft["add"]>[0] } | { readonly problem: Problem };

/** The words of Docker Compose: `acme compose --project-name=shop up --size=2 database`. */
function providerCall(
  { name: project, workingDirectory: directory }: Project,
  { name: service, provider: { type, options = {} } }: Provided,
  verb: "up" | "down" | "stop",
  programs: ProviderPrograms,
): Call {
  const path = ["services", service, "provider"];
  const program = programs[type];
  if (program === undefined) return { problem: { code: "not-found", path: [...path, "type"], ...noProgram(type) } };
  const parameters = parametersOf(program, verb);
  const missing = parameters?.filter(({ name, isRequired }) => isRequired && options[name] === undefined) ?? [];
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `"${name}"`).join(", ");
    const message = `${type} needs ${missing.length === 1 ? "the option" : "the options"} ${names} for ${verb}`;
    return { problem: { code: "invalid-project", path: [...path, "options"], message } };
  }
  const flags = Object.entries(options)
    .filter(([key]) => parameters?.some(({ name }) => name === key) ?? true)
    .flatMap(([key, values]) => values.map((value) => `--${key}=${value}`));
  const args = ["compose", `--project-name=${project}`, verb, ...flags, service];
  return { operation: { kind: "run-provider", service, verb, type, program: program.path, args, directory } };
}

function noProgram(type: string): Pick<Problem, "message" | "hint"> {
  if (type === "compose") return { message: '"compose" cannot be a provider' };
  return {
    message: `no program "${type}", neither on PATH nor among the plugins of Docker's command line`,
    hint: `install ${type}, or put it on PATH`,
  };
}

/** Absent where the program says nothing about its options: then it gets all of them. */
function parametersOf(
  { metadata }: ProviderProgram,
  verb: "up" | "down" | "stop",
): readonly ProviderParameter[] | undefined {
  if (metadata === undefined) return undefined;
  return metadata[verb] ?? [];
}

/** Options that a program takes for none of its verbs. */
function unknownOptions({ type, options = {} }: Provider, programs: ProviderPrograms): readonly string[] {
  const { metadata } = programs[type] ?? {};
  if (metadata === undefined) return [];
  const known = [...metadata.up, ...metadata.down, ...(metadata.stop ?? [])];
  return Object.keys(options).filter((option) => !known.some(({ name }) => name === option));
}
