import type { Project, Service } from "../compose/project.ts";
import { ImpossiblePlanError, type Problem } from "./problem.ts";
import type { Environment } from "./spec/files.ts";

/** What `DOCKER_DEFAULT_PLATFORM` says: images are pulled for it where nothing names another. */
export function defaultPlatform(environment: Environment): string | undefined {
  return environment["DOCKER_DEFAULT_PLATFORM"] || undefined;
}

/**
 * The project on the default platform: services that are built and name none get it, and with it another config hash.
 * Docker Compose leaves services without `build` alone, but pulls their images for that platform.
 */
export function onDefaultPlatform(project: Project, environment: Environment): Project {
  const platform = defaultPlatform(environment);
  if (platform === undefined) return project;
  const problems = Object.values(project.services).flatMap((service) => problemOf(service, platform));
  if (problems.length > 0) throw new ImpossiblePlanError(problems);
  const services = Object.entries(project.services).map(
    ([name, service]) => [name, isOpen(service) ? { ...service, platform } : service] as const,
  );
  return { ...project, services: Object.fromEntries(services) };
}

function isOpen({ build, platform }: Service): boolean {
  return build !== undefined && !platform;
}

function problemOf(service: Service, platform: string): Problem[] {
  const { platforms = [] } = service.build ?? {};
  if (!isOpen(service) || platforms.length === 0 || platforms.includes(platform)) return [];
  return [
    {
      code: "invalid-usage",
      path: ["services", service.name, "build", "platforms"],
      message: `DOCKER_DEFAULT_PLATFORM must be one of ${platforms.join(", ")}, got "${platform}"`,
      hint: `add it to build.platforms, or give service ${service.name} a platform`,
    },
  ];
}
