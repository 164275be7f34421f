import type { Service } from "../compose/project.ts";

/** One use of another service's containers: a shared namespace, or its volumes. */
export interface Reference {
  /** As in the file: `network_mode`, `ipc`, `pid`, `volumes_from`. */
  readonly attribute: string;
  readonly service: string;
}

const namespaces = [
  ["network_mode", "networkMode"],
  ["ipc", "ipc"],
  ["pid", "pid"],
] as const;

/** Every service whose containers this one is tied to: it must be recreated when they are. */
export function referencesOf(service: Service): Reference[] {
  const shared = namespaces.flatMap(([attribute, key]) => {
    const name = sharedService(service[key]);
    return name === undefined ? [] : [{ attribute, service: name }];
  });
  const volumes = (service.volumesFrom ?? [])
    .filter((text) => !text.startsWith("container:"))
    .map((text) => ({ attribute: "volumes_from", service: text.split(":")[0] ?? "" }));
  return [...shared, ...volumes];
}

/** The service with `service:x` replaced by containers, as the engine wants it. */
export function resolveReferences(service: Service, idOf: (serviceName: string) => string): Service {
  return {
    ...resolveNamespaces(service, idOf),
    ...(service.volumesFrom === undefined
      ? {}
      : { volumesFrom: service.volumesFrom.map((text) => donor(text, idOf, true)) }),
  };
}

/** The same for the config hash, where Docker Compose leaves out the access mode of a donor. */
export function resolveForHash(service: Service, idOf: (serviceName: string) => string): Service {
  return {
    ...resolveNamespaces(service, idOf),
    ...(service.volumesFrom === undefined
      ? {}
      : { volumesFrom: service.volumesFrom.map((text) => donor(text, idOf, false)) }),
  };
}

function resolveNamespaces(service: Service, idOf: (serviceName: string) => string): Service {
  const replaced = namespaces.flatMap(([, key]) => {
    const name = sharedService(service[key]);
    return name === undefined ? [] : [[key, `container:${idOf(name)}`] as const];
  });
  return { ...service, ...Object.fromEntries(replaced) };
}

function sharedService(mode: string | undefined): string | undefined {
  return mode?.startsWith("service:") ? mode.slice("service:".length) : undefined;
}

function donor(text: string, idOf: (serviceName: string) => string, withMode: boolean): string {
  const parts = text.split(":");
  const [id, mode] = parts[0] === "container" ? [parts[1] ?? "", parts[2]] : [idOf(parts[0] ?? ""), parts[1]];
  return withMode && mode !== undefined ? `${id}:${mode}` : id;
}
