import type { ContainerCreateBody } from "../docker-api/container.ts";
import type { Service } from "../compose/project.ts";
import { label } from "../observe/labels.ts";
import { containerDifferences } from "./differences/container.ts";
import { sharedReplica, type Existing } from "./decision.ts";
import type { PlannedImage } from "./images.ts";
import { liveDifference } from "./live-change.ts";
import { imageMounts, isSameReference } from "./names.ts";
import type { Guard } from "./plan.ts";
import type { Planning } from "./planning.ts";
import { asProvided } from "./provided.ts";
import { referencesOf } from "./references.ts";
import {
  fixedHashOf,
  hashOf,
  contentsLabel,
  contentsOf,
  wantedContainer,
  type Decided,
  type Wanted,
} from "./wanted.ts";

/** Why a container cannot stay as it is. */
export interface Obsolescence {
  /** Down to the field; empty: only if one of the conditions holds. */
  readonly causes: readonly string[];
  readonly when: readonly Guard[];
}

/** Compares a container with what is wanted; `undefined` means it can stay. */
export function obsolescence(
  planning: Planning,
  decided: Decided,
  given: Service,
  existing: Existing,
): Obsolescence | undefined {
  const { service, when: otherVariables } = asProvided(planning, given, existing.container);
  const causes = [
    ...(existing.container.state === "dead" ? ["container is dead"] : []),
    ...configCauses(planning, decided, service, existing),
    ...parentCauses(decided, service),
    ...uploadCauses(planning, service, existing),
    ...networkCauses(planning, service, existing),
    ...volumeCauses(planning, service, existing),
    ...imageCauses(planning, service, existing),
    ...volumeImages(planning, service, existing).flatMap(({ target, image, from }) =>
      image.observed === undefined || image.steps.length > 0 || image.observed.id === from
        ? []
        : [`volumes.${target} image ${image.reference} ${shortId(from)} -> ${shortId(image.observed.id)}`],
    ),
  ];
  if (causes.length > 0) return { causes: [...new Set(causes)], when: [] };
  const when = [
    ...imageGuards(planning.images[service.name], existing.container.labels[label.image] ?? existing.container.imageId),
    ...volumeImages(planning, service, existing).flatMap(({ image, from }) => imageGuards(image, from)),
    ...parentGuards(decided, service),
    ...otherVariables,
  ];
  return when.length === 0 ? undefined : { causes: [], when };
}

function configCauses(
  planning: Planning,
  decided: Decided,
  service: Service,
  { container, name, number }: Existing,
): string[] {
  // A hash that rests on a container yet to be made says nothing: the parent's recreation is the cause then.
  const hash = hashOf(service, decided);
  const actual = container.labels[label.configHash];
  if (hash === actual || hash.startsWith("{{")) return [];
  const { details, imageId } = container;
  const wanted = wantedContainer(planning, decided, { service, name, number });
  if (container.labels[label.fixedHash] === fixedHashOf(service, decided)) {
    return details === undefined
      ? []
      : liveDifference(wanted.body.HostConfig ?? {}, details.HostConfig).needsNew.slice();
  }
  const fields =
    details === undefined
      ? []
      : containerDifferences(withAllEndpoints(wanted), details, planning.snapshot.images[imageId]);
  return fields.length > 0
    ? fields
    : ["definition changed in what a container does not tell (pre_start, an engine's default …)"];
}

function withAllEndpoints({ body, connectLater }: Wanted): ContainerCreateBody {
  if (connectLater.length === 0) return body;
  const later = Object.fromEntries(connectLater.map(({ network, settings }) => [network, settings]));
  return { ...body, NetworkingConfig: { EndpointsConfig: { ...body.NetworkingConfig?.EndpointsConfig, ...later } } };
}

function parentCauses(decided: Decided, service: Service): string[] {
  return referencesOf(service).flatMap(({ attribute, service: parent }) => {
    const first = sharedReplica(decided.get(parent));
    const isNew = first?.kind === "create" || (first?.kind === "recreate" && first.when.length === 0);
    return isNew ? [`${attribute}: ${parent} is ${first.kind === "create" ? "created" : "recreated"}`] : [];
  });
}

function parentGuards(decided: Decided, service: Service): readonly Guard[] {
  return referencesOf(service).flatMap(({ service: parent }) => {
    const first = sharedReplica(decided.get(parent));
    return first?.kind === "recreate" ? first.when : [];
  });
}

function uploadCauses(planning: Planning, service: Service, { container }: Existing): string[] {
  const actual = container.labels[label.uploads];
  // Without the label nobody knows what was copied: the container is another tool's, and is left in peace.
  if (actual === undefined) return [];
  const before = new Set(actual.split(","));
  return contentsOf(planning, service)
    .filter((content) => !before.has(contentsLabel([content])))
    .map(({ path, isSecret }) => `${isSecret ? "secret" : "config"} ${path}: content changed`);
}

function networkCauses({ networks, project }: Planning, service: Service, { container }: Existing): string[] {
  if (service.networkMode !== undefined) return [];
  return Object.keys(service.networks ?? {}).flatMap((key) => {
    const decision = networks.get(key);
    if (decision?.kind === "create") return [`network ${key} missing`];
    const id = container.networks[project.networks[key]?.name ?? key];
    if (id === undefined) return [`not connected to network ${key}`];
    // A container that never ran has no id yet.
    return decision === undefined || id === "" || id === decision.observed.id ? [] : [`network ${key} was replaced`];
  });
}

function volumeCauses({ volumes, project }: Planning, service: Service, { container }: Existing): string[] {
  return (service.volumes ?? []).flatMap(({ type, source, target }) => {
    if (type !== "volume" || source === undefined) return [];
    const decision = volumes.get(source);
    if (decision?.kind === "recreate") return [`volume ${source} is replaced`];
    if (decision?.kind === "create") return [`volume ${source} missing`];
    const name = project.volumes[source]?.name ?? source;
    const isMounted = container.mounts.some((mount) => mount.source === name && mount.target === target);
    return isMounted ? [] : [`volume ${source} not mounted`];
  });
}

function imageCauses({ images }: Planning, service: Service, { container }: Existing): string[] {
  const image = images[service.name];
  const from = container.labels[label.image];
  if (image?.observed === undefined || image.steps.length > 0 || from === undefined) return [];
  // Another image altogether is told as a change of the definition.
  const isAnother =
    container.details !== undefined && !isSameReference(container.details.Config.Image, image.reference);
  if (isAnother || from === image.observed.id) return [];
  return [`image ${image.reference} ${shortId(from)} -> ${shortId(image.observed.id)}`];
}

function imageGuards(image: PlannedImage | undefined, from: string): Guard[] {
  if (image === undefined || image.steps.length === 0) return [];
  const { reference, platform } = image;
  return [{ kind: "image-changed", image: reference, ...(platform === undefined ? {} : { platform }), from }];
}

/** Images mounted as volumes, with the id each had when the container was made, where its label tells. */
function volumeImages(
  { project, otherImages }: Planning,
  service: Service,
  { container }: Existing,
): { readonly target: string; readonly image: PlannedImage; readonly from: string }[] {
  const told = (container.labels[label.imageVolumeDigest] ?? "").split(",").map((text) => text.split("="));
  return imageMounts(project, service).flatMap(({ target, reference }) => {
    const image = otherImages[reference];
    const from = told.find(([at]) => at === target)?.[1];
    return image === undefined || from === undefined ? [] : [{ target, image, from }];
  });
}

function shortId(id: string): string {
  return id.replace("sha256:", "").slice(0, 12);
}
