import type { Network, Project, Service, Volume } from "../../src/compose/project.ts";

type Part<T> = Partial<T>;

/** What a test says of a project; all else is what a loader would fill in. */
export interface Sample extends Part<Omit<Project, "services" | "networks" | "volumes">> {
  readonly services: Readonly<Record<string, Part<Service>>>;
  readonly networks?: Readonly<Record<string, Part<Network>>>;
  readonly volumes?: Readonly<Record<string, Part<Volume>>>;
}

/** A project named `app`; services have an image of their own name and join the network `default`. */
export function sampleProject({ services, networks, volumes, ...more }: Sample): Project {
  const named = Object.entries({ default: {}, ...networks });
  return {
    name: "app",
    workingDirectory: "/app",
    configFiles: ["/app/compose.yaml"],
    envFiles: [],
    profiles: [],
    disabledServices: {},
    configs: {},
    secrets: {},
    models: {},
    extensions: {},
    ...more,
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]) => [name, sampleService(name, service)]),
    ),
    networks: Object.fromEntries(
      named.map(([key, each]) => [key, { key, name: `app_${key}`, isExternal: false, ...each }]),
    ),
    volumes: Object.fromEntries(
      Object.entries(volumes ?? {}).map(([key, each]) => [
        key,
        { key, name: `app_${key}`, isExternal: false, ...each },
      ]),
    ),
  };
}

function sampleService(name: string, service: Part<Service>): Service {
  const joins =
    service.networkMode === undefined && service.networks === undefined ? { networks: { default: null } } : {};
  const image = service.build === undefined ? { image: `${name}:1` } : {};
  return { name, ...image, ...joins, ...service, ...impliedDependencies(service) };
}

function impliedDependencies({
  dependsOn: said,
  networkMode,
  ipc,
  pid,
  volumesFrom = [],
}: Part<Service>): Part<Service> {
  const shared = [networkMode, ipc, pid].flatMap((mode) =>
    mode?.startsWith("service:") === true ? [mode.slice(8)] : [],
  );
  const implied = [
    ...volumesFrom.map((text) => [text.split(":")[0] ?? "", dependsOn("started")] as const),
    ...shared.map((name) => [name, dependsOn("started", { restart: true })] as const),
  ];
  return implied.length === 0 && said === undefined ? {} : { dependsOn: { ...Object.fromEntries(implied), ...said } };
}

/** A dependency on another service. */
export function dependsOn(
  condition: "started" | "healthy" | "completed_successfully",
  more: { readonly restart?: boolean; readonly required?: boolean } = {},
): NonNullable<Service["dependsOn"]>[string] {
  return { condition: `service_${condition}`, restart: false, required: true, ...more };
}
