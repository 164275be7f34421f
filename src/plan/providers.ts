import type { Project } from "../compose/project.ts";

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
