import type { Build, Project, Service } from "../compose/project.ts";
import { composeVersion, label } from "../observe/labels.ts";
import { withCacheFolders } from "./build-caches.ts";
import { type Builders, chooseBuilder } from "./build-support.ts";
import { imageOf, imageOwner } from "./names.ts";
import type { BuildSecret, Operation } from "./operation.ts";
import type { ReportProblem } from "./problem.ts";
import { withProxies } from "./proxies.ts";
import type { Environment } from "./spec/files.ts";

/** What of the machine a build rests on. */
export interface BuildSurroundings {
  readonly builders: Builders;
  /** Values of secrets, and the way to the ssh agent. */
  readonly environment: Environment;
  readonly proxies: Environment | undefined;
}

type BuildImage = Extract<Operation, { kind: "build-image" }>;

/** The build of a service's image, finished: contexts that are services are images by now. */
export function buildOperation(
  project: Project,
  service: Service & { readonly build: Build },
  { builders, environment, proxies }: BuildSurroundings,
  report: ReportProblem,
): BuildImage {
  const secrets = secretsOf(project, service, environment, report);
  checkAgent(service, environment, report);
  checkCircle(project, service, report);
  return {
    kind: "build-image",
    image: imageOf(project, service),
    ...(service.platform === undefined ? {} : { platform: service.platform }),
    service: service.name,
    builder: chooseBuilder(service, builders, report),
    build: withCacheFolders(project.workingDirectory, withContexts(project, withProxies(service.build, proxies))),
    ...(secrets.length === 0 ? {} : { secrets }),
    labels: buildLabels(imageOwner(project), service),
  };
}

/** Labels of an image that compose builds. */
function buildLabels(projectName: string, service: Service): Record<string, string> {
  return {
    ...service.build?.labels,
    [label.project]: projectName,
    [label.service]: service.name,
    [label.version]: composeVersion,
  };
}

/** Services whose images a build is made from, be they among those that a command is about or not. */
export function contextsOf(project: Project, { build }: Service): readonly Service[] {
  return Object.values(build?.additionalContexts ?? {}).flatMap((source) => contextService(project, source) ?? []);
}

const servicePrefix = "service:";

function withContexts(project: Project, build: Build): Build {
  if (build.additionalContexts === undefined) return build;
  const contexts = Object.entries(build.additionalContexts).map(([name, source]) => {
    const service = contextService(project, source);
    return [name, service === undefined ? source : `docker-image://${imageOf(project, service)}`] as const;
  });
  return { ...build, additionalContexts: Object.fromEntries(contexts) };
}

/** Nobody can begin where each waits for the other. */
function checkCircle(project: Project, service: Service, report: ReportProblem): void {
  const seen = new Set<string>();
  const next = [...contextsOf(project, service)];
  for (let each = next.pop(); each !== undefined; each = next.pop()) {
    if (seen.has(each.name)) continue;
    seen.add(each.name);
    next.push(...contextsOf(project, each));
  }
  if (!seen.has(service.name)) return;
  const path = ["services", service.name, "build", "additional_contexts"];
  const message = `a service cannot be built from its own image, which it is over ${[...seen].join(", ")}`;
  report({ code: "invalid-project", path, message });
}

function contextService({ services, disabledServices }: Project, source: string): Service | undefined {
  if (!source.startsWith(servicePrefix)) return undefined;
  const name = source.slice(servicePrefix.length);
  return services[name] ?? disabledServices[name];
}

function secretsOf(
  project: Project,
  { name, build }: Service,
  environment: Environment,
  report: ReportProblem,
): readonly BuildSecret[] {
  return (build?.secrets ?? []).flatMap(({ source, target }, index): BuildSecret[] => {
    const id = target === undefined || target === "" ? source : target;
    const { file, environment: variable } = project.secrets[source] ?? {};
    if (file !== undefined) return [{ id, file }];
    if (variable !== undefined && environment[variable] !== undefined) return [{ id, environment: variable }];
    if (variable !== undefined) {
      const message = `variable "${variable}" is not set`;
      report({ code: "not-found", path: ["secrets", source, "environment"], message });
      return [];
    }
    const path = ["services", name, "build", "secrets", index];
    const message = `secret "${source}" is neither a file nor a variable: builds know no others`;
    report({ code: "unsupported", path, message, hint: "give it as `file:` or `environment:`" });
    return [];
  });
}

function checkAgent({ name, build }: Service, environment: Environment, report: ReportProblem): void {
  const isNeeded = (build?.ssh ?? []).some(({ path }) => path === undefined);
  if (!isNeeded || (environment["SSH_AUTH_SOCK"] ?? "") !== "") return;
  report({
    code: "not-found",
    path: ["services", name, "build", "ssh"],
    message: "no ssh agent is running: SSH_AUTH_SOCK is not set",
    hint: 'start one (eval "$(ssh-agent)" && ssh-add), or name a key: NAME=./path/to/key',
  });
}
