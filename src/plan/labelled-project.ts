import type { Dependency, DependencyCondition, Network, Project, Service, Volume } from "../compose/project.ts";
import { label } from "../observe/labels.ts";
import type { Snapshot } from "../observe/snapshot.ts";

/** A project known only by what its containers, networks and volumes say of themselves: enough to bring it down. */
export function projectFromLabels({ projectName, containers, networks, volumes }: Snapshot): Project {
  const services: Record<string, Service> = {};
  for (const { service, image, labels, isOneOff } of containers) {
    if (isOneOff || service === "") continue;
    services[service] ??= { name: service, image, dependsOn: dependenciesIn(labels[label.dependsOn] ?? "") };
  }
  const labels = containers[0]?.labels ?? {};
  return {
    name: projectName,
    workingDirectory: labels[label.workingDirectory] ?? "",
    configFiles: listIn(labels[label.configFiles]),
    envFiles: listIn(labels[label.environmentFile]),
    profiles: [],
    services,
    disabledServices: {},
    networks: Object.fromEntries(
      networks
        .filter(({ isOwned }) => isOwned)
        .map(({ name, labels: own }): [string, Network] => {
          const key = own[label.network] ?? name;
          return [key, { key, name, isExternal: false }];
        }),
    ),
    volumes: Object.fromEntries(
      volumes
        .filter(({ isOwned }) => isOwned)
        .map(({ name, labels: own }): [string, Volume] => {
          const key = own[label.volume] ?? name;
          return [key, { key, name, isExternal: false }];
        }),
    ),
    configs: {},
    secrets: {},
    models: {},
    extensions: {},
  };
}

const conditions: readonly DependencyCondition[] = [
  "service_started",
  "service_healthy",
  "service_completed_successfully",
];

/** Reads `db:service_healthy:false,cache:service_started:true`. */
function dependenciesIn(text: string): Record<string, Dependency> {
  return Object.fromEntries(
    listIn(text).map((part): [string, Dependency] => {
      const [name = "", condition, restart] = part.split(":");
      const known = conditions.find((each) => each === condition) ?? "service_started";
      return [name, { condition: known, restart: restart === "true", required: false }];
    }),
  );
}

function listIn(text: string | undefined): string[] {
  return text === undefined || text === "" ? [] : text.split(",");
}
