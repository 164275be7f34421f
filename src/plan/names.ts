import type { Project, Service } from "../compose/project.ts";

/** What of a project its names are made of. */
export type Naming = Pick<Project, "name" | "nameSeparator">;

/** Name of a replica: `container_name`, or project, service and number. */
export function containerName({ name, nameSeparator = "-" }: Naming, service: Service, number: number): string {
  return service.containerName ?? [name, service.name, number].join(nameSeparator);
}

/** Image of a service: its own, or the one that a build gives its default name. */
export function imageOf({ name, nameSeparator = "-" }: Naming, service: Service): string {
  return service.image ?? `${name}${nameSeparator}${service.name}`;
}

/** The project that images are labelled with when they are built. */
export function imageOwner({ name, copyOf = name }: Pick<Project, "name" | "copyOf">): string {
  return copyOf;
}

/** Whether an engine tells of the image that is meant: Podman says in full where it is from, and the tag. */
export function isSameReference(told: string, meant: string): boolean {
  const bare = told.replace(podmanPrefix, "");
  return told === meant || (bare !== told && withTag(bare) === withTag(meant.replace(podmanPrefix, "")));
}

const podmanPrefix = /^(?:localhost|docker\.io(?:\/library)?)\//;

function withTag(reference: string): string {
  return /[:@]/.test(reference.slice(reference.lastIndexOf("/") + 1)) ? reference : `${reference}:latest`;
}

/** The image that a volume of type `image` names: that of a service, or one of its own. */
export function mountedImage(project: Naming & Pick<Project, "services">, source: string): string {
  const service = project.services[source];
  return service === undefined ? source : imageOf(project, service);
}

/** Targets of a service's volumes of type `image`, with the image each names. */
export function imageMounts(
  project: Naming & Pick<Project, "services">,
  { volumes = [] }: Service,
): { readonly target: string; readonly reference: string }[] {
  return volumes.flatMap(({ type, source, target = "" }) =>
    type === "image" && source !== undefined ? [{ target, reference: mountedImage(project, source) }] : [],
  );
}

/** Images that a service needs beside its own: mounted as volumes, or run before it starts. */
export function otherImages(project: Naming & Pick<Project, "services">, service: Service): string[] {
  const ofHooks = (service.preStart ?? []).map(({ image }) => image ?? imageOf(project, service));
  return [...imageMounts(project, service).map(({ reference }) => reference), ...ofHooks];
}

/** Key of an image in a snapshot. */
export function imageKey(reference: string, platform?: string): string {
  return platform === undefined ? reference : `${reference} (${platform})`;
}

/** The image that a key stands for. */
export function imageOfKey(key: string): { readonly reference: string; readonly platform?: string } {
  const [, reference = key, platform] = /^(.*) \((.*)\)$/.exec(key) ?? [];
  return platform === undefined ? { reference } : { reference, platform };
}

/** Name a container bears while the one it replaces still holds the final name. */
export function temporaryName(replacedId: string, finalName: string): string {
  return `${replacedId.slice(0, 12)}_${finalName}`;
}

/** The final name in a temporary one, or nothing: what an interrupted recreation leaves behind. */
export function finalNameIn(name: string): string | undefined {
  return /^[0-9a-f]{12}_(.+)$/.exec(name)?.[1];
}

/** How people speak of a container within its project: `web-1`. */
export function shortName(name: string, projectName: string): string {
  return name.startsWith(`${projectName}-`) || name.startsWith(`${projectName}_`)
    ? name.slice(projectName.length + 1)
    : name;
}

/** Replicas that are wanted; 1 unless something says otherwise. */
export function wantedScale(service: Service, asked?: Readonly<Record<string, number>>): number {
  return asked?.[service.name] ?? service.scale ?? service.deploy?.replicas ?? 1;
}
