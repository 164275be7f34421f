import type { Report } from "./diagnostic.ts";
import { own } from "./own.ts";
import type { Project, Service } from "./project.ts";
import { serviceHint } from "./service-hint.ts";

/** Which services of a project a command is about. */
export interface Selection {
  /** Services named on the command line, also as patterns such as `web-*`; empty: all. */
  readonly services: readonly string[];
  /** Leave out what the named services depend on. */
  readonly noDependencies?: boolean;
}

/** Turns off the services whose profiles are not active; `*` activates all, the profile `""` needs no activation. */
export function activateProfiles(project: Project, profiles: readonly string[]): Project {
  const active = profiles.length === 0 ? [""] : profiles;
  const isActive = ({ profiles: own = [] }: Service): boolean =>
    own.length === 0 || active.includes("*") || own.some((profile) => active.includes(profile));
  return { ...project, ...divide(allServices(project), isActive), profiles };
}

/**
 * Narrows a project to the named services and what they depend on; naming a service activates its profiles.
 * Reports names that no service has.
 */
export function selectServices(project: Project, selection: Selection, report: Report): Project {
  if (selection.services.length === 0) return project;
  const implied = selection.services.flatMap((name) => own(project.disabledServices, name)?.profiles ?? []);
  const enabled = activateProfiles(project, [...project.profiles, ...implied]);
  const selected = new Set<string>();
  const collect = (name: string, neededBy?: string): void => {
    const found = Object.values(enabled.services).filter((service) => matches(name, service.name));
    if (found.length === 0) reportMissing(enabled, name, neededBy, report);
    for (const service of found) {
      if (selected.has(service.name)) continue;
      selected.add(service.name);
      if (selection.noDependencies !== true) followDependencies(service, enabled, collect);
    }
  };
  for (const name of selection.services) collect(name);
  const { services, disabledServices } = divide(allServices(enabled), ({ name }) => selected.has(name));
  const trimmed = Object.entries(services).map(([name, service]) => [name, within(service, selected)] as const);
  return { ...enabled, services: Object.fromEntries(trimmed), disabledServices };
}

/** Leaves out networks, volumes, configs, secrets and models that no active service uses. */
export function withoutUnusedResources(project: Project): Project {
  const used = (names: (service: Service) => readonly string[]): ReadonlySet<string> =>
    new Set(Object.values(project.services).flatMap(names));
  const mounted = ({ volumes = [] }: Service): readonly string[] =>
    volumes.flatMap(({ type, source }) => (type === "volume" && source !== undefined ? [source] : []));
  const secrets = ({ secrets: own = [], build }: Service): readonly string[] =>
    [...own, ...(build?.secrets ?? [])].map(({ source }) => source);
  return {
    ...project,
    networks: only(
      project.networks,
      used(({ networks = {} }) => Object.keys(networks)),
    ),
    volumes: only(project.volumes, used(mounted)),
    secrets: only(project.secrets, used(secrets)),
    configs: only(
      project.configs,
      used(({ configs = [] }) => configs.map(({ source }) => source)),
    ),
    models: only(
      project.models,
      used(({ models = {} }) => Object.keys(models)),
    ),
  };
}

function followDependencies(
  { name, dependsOn = {} }: Service,
  project: Project,
  collect: (name: string, neededBy: string) => void,
): void {
  for (const [dependency, { required }] of Object.entries(dependsOn)) {
    if (required || own(project.services, dependency) !== undefined) collect(dependency, name);
  }
}

/** Dependencies on services that are left out are left out, too. */
function within(service: Service, selected: ReadonlySet<string>): Service {
  const { dependsOn, ...rest } = service;
  return dependsOn === undefined ? rest : { ...rest, dependsOn: only(dependsOn, selected) };
}

/** How to turn on a service that one of these profiles gates; undefined for a service without profiles. */
export function profileHint([profile]: readonly string[]): string | undefined {
  return profile === undefined ? undefined : `activate its profile: --profile ${profile}`;
}

function reportMissing(project: Project, name: string, neededBy: string | undefined, report: Report): void {
  const gate = own(project.disabledServices, name)?.profiles ?? [];
  const where = neededBy === undefined ? "" : `services.${neededBy}.depends_on.${name}: `;
  const hint = profileHint(gate) ?? serviceHint(name, Object.keys(allServices(project)));
  report({
    severity: "error",
    code: "unknown-service",
    message: `${where}no such service: ${name}`,
    hint,
  });
}

function allServices(project: Project): Record<string, Service> {
  return { ...project.services, ...project.disabledServices };
}

function divide(
  services: Record<string, Service>,
  isEnabled: (service: Service) => boolean,
): Pick<Project, "services" | "disabledServices"> {
  const entries = Object.entries(services);
  return {
    services: Object.fromEntries(entries.filter(([, service]) => isEnabled(service))),
    disabledServices: Object.fromEntries(entries.filter(([, service]) => !isEnabled(service))),
  };
}

function only<Value>(values: Record<string, Value>, keys: ReadonlySet<string>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => keys.has(key)));
}

/** A name, or a pattern with `*`, `?` and `[a-z]`. */
function matches(pattern: string, name: string): boolean {
  if (!/[*?[\\]/.test(pattern)) return pattern === name;
  const expression = pattern.replaceAll(/\\(.)|(\*)|(\?)|(\[[^\]]+\])|([^])/g, (_, escaped, star, any, set, plain) => {
    if (star !== undefined) return "[^/]*";
    if (any !== undefined) return "[^/]";
    return set ?? (escaped ?? plain).replaceAll(/\W/g, "\\$&");
  });
  return new RegExp(`^${expression}$`).test(name);
}
