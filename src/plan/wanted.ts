import type { ContainerCreateBody } from "../docker-api/container.ts";
import type { Service } from "../compose/project.ts";
import { label } from "../observe/labels.ts";
import { digest, serviceHashText } from "./config-hash.ts";
import type { ServiceDecision } from "./decision.ts";
import { sharedReplica, survivorNames } from "./decision.ts";
import type { LateValue, UploadedFile } from "./operation.ts";
import { fixedPart } from "./fixed-part.ts";
import { imageMounts } from "./names.ts";
import { noInputs, type OneOff } from "./options.ts";
import type { Planning } from "./planning.ts";
import { resolveForHash, resolveReferences } from "./references.ts";
import { containerSpec, ownLabels, type ContainerSpec } from "./spec/container.ts";
import { mountedFiles, uploadedFiles } from "./spec/files.ts";
import type { InheritedVolume } from "./spec/mounts.ts";

/** A container as the project wants it: finished, but for the texts that `late` tells how to fill in. */
export interface Wanted extends ContainerSpec {
  readonly late: readonly LateValue[];
  readonly uploads: readonly UploadedFile[];
}

/** Which replica is meant. */
export interface WantedReplica {
  readonly service: Service;
  readonly name: string;
  readonly number: number;
  readonly inherited?: readonly InheritedVolume[];
  /** Volumes that nobody but the container it replaces knows of. */
  readonly takenOver?: readonly string[];
  /** Name that tells a reader of labels that this one replaces another. */
  readonly replaces?: string;
  /** Providers will tell it variables that nobody knows yet. */
  readonly isProvided?: boolean;
}

/** Decisions made so far: dependencies come before dependents. */
export type Decided = ReadonlyMap<string, ServiceDecision>;

/** Composes the wanted container of a replica. */
export function wantedContainer(planning: Planning, decided: Decided, replica: WantedReplica): Wanted {
  const { project, snapshot, options, images, report } = planning;
  const { service, name, number, takenOver = [] } = replica;
  const { seccompProfiles, proxies = {} } = options.inputs ?? noInputs;
  const image = images[service.name];
  const late = new Map<string, LateValue>();
  const idOf = (serviceName: string): string => referredContainer(decided, serviceName, late);
  const isProvided = replica.isProvided === true;
  const configHash = hashOf(service, decided, late, isProvided);
  const uploads = uploadsOf(planning, service);
  const contents = contentsOf(planning, service, uploads);
  const oneOff = options.oneOff?.service === service.name ? options.oneOff : undefined;
  const spec = containerSpec(
    {
      project,
      service: resolveReferences(service, idOf),
      image: image?.reference ?? "",
      name,
      labels: {
        ...ownLabels(
          { project, service },
          { configHash, imageId: imageIdOf(image, late), ...(oneOff === undefined ? { number } : {}) },
        ),
        ...(oneOff === undefined ? {} : { [label.slug]: oneOff.slug }),
        ...volumeImagesLabel(planning, service, late),
        ...(oneOff === undefined ? { [label.fixedHash]: fixedHashOf(service, decided, late, isProvided) } : {}),
        ...(contents.length === 0 ? {} : { [label.uploads]: contentsLabel(contents) }),
        ...(takenOver.length === 0 ? {} : { [label.anonymousVolumes]: takenOver.join(",") }),
        ...(replica.replaces === undefined ? {} : { [label.replace]: replica.replaces }),
      },
      links: linksOf(planning, decided, service),
      inherited: replica.inherited ?? [],
      apiVersion: snapshot.apiVersion,
      seccompProfiles,
      proxies,
      usesAliases: oneOff?.usesAliases ?? true,
      restartsHere: options.restartsHere === true,
    },
    report,
  );
  const body = oneOff === undefined ? spec.body : oneOffBody(spec.body, oneOff);
  return { ...spec, body, late: [...late.values()], uploads };
}

function oneOffBody(body: ContainerCreateBody, { autoRemove, attachesInput }: OneOff): ContainerCreateBody {
  return {
    ...body,
    ...(attachesInput ? { AttachStdin: true, StdinOnce: true } : {}),
    HostConfig: { ...body.HostConfig, ...(autoRemove ? { AutoRemove: true } : {}) },
  };
}

/** The hash a container of the service must carry, or a token for it while it rests on something yet to be known. */
export function hashOf(
  service: Service,
  decided: Decided,
  late: Map<string, LateValue> = new Map(),
  isProvided = false,
): string {
  return hashOrToken({ service, token: `{{config-hash:${service.name}}}`, isProvided }, decided, late);
}

/** The same of what of the service only a new container can change. */
export function fixedHashOf(
  service: Service,
  decided: Decided,
  late: Map<string, LateValue> = new Map(),
  isProvided = false,
): string {
  return hashOrToken(
    { service: fixedPart(service), token: `{{fixed-hash:${service.name}}}`, isProvided },
    decided,
    late,
  );
}

interface Hashed {
  readonly service: Service;
  readonly token: string;
  readonly isProvided: boolean;
}

function hashOrToken({ service, token, isProvided }: Hashed, decided: Decided, late: Map<string, LateValue>): string {
  const parents = new Map<string, LateValue>();
  const resolved = resolveForHash(service, (name) => referredContainer(decided, name, parents));
  if (parents.size === 0 && !isProvided) return digest(serviceHashText(resolved));
  for (const [parent, value] of parents) late.set(parent, value);
  late.set(
    token,
    isProvided
      ? { kind: "service-hash", token, service: resolved }
      : { kind: "hash", token, text: serviceHashText(resolved) },
  );
  return token;
}

/** Configs and secrets to copy into the containers of a service. */
export function uploadsOf({ project, options, report }: Planning, service: Service): UploadedFile[] {
  const { environment } = options.inputs ?? noInputs;
  return uploadedFiles({ project, service, environment }, report);
}

/** What a config or secret holds, and how it appears. */
export interface Content {
  /** Where it appears in the container. */
  readonly path: string;
  readonly isSecret: boolean;
  readonly digest: string;
}

/** Contents of the configs and secrets of a service, as far as they are known. */
export function contentsOf(
  planning: Planning,
  service: Service,
  uploads: readonly UploadedFile[] = uploadsOf(planning, service),
): readonly Content[] {
  const { mountedContents = {} } = planning.options.inputs ?? noInputs;
  const copied = uploads.map(({ path, isSecret, content, uid, gid, mode }) => ({
    path,
    isSecret,
    digest: contentDigest([content, uid, gid, mode].join("\0")),
  }));
  const mounted = mountedFiles(planning.project, service).flatMap(({ target, path, isSecret }) => {
    const found = mountedContents[path];
    return found === undefined ? [] : [{ path: target, isSecret, digest: found }];
  });
  return [...copied, ...mounted];
}

/** Tells one content from another in a label: too short to be read back. */
export function contentDigest(text: string): string {
  return digest(text).slice(0, 8);
}

/** What a container was given, as a label: a file that changed can be named. */
export function contentsLabel(contents: readonly Content[]): string {
  return contents
    .map(({ path, digest: short }) => `${path}=${short}`)
    .sort()
    .join(",");
}

/** Which images are mounted, in the words of Docker Compose: `target=id,…`. */
function volumeImagesLabel(
  { project, otherImages }: Planning,
  service: Service,
  late: Map<string, LateValue>,
): Record<string, string> {
  const mounts = imageMounts(project, service);
  if (mounts.length === 0) return {};
  const told = mounts.map(({ target, reference }) => `${target}=${imageIdOf(otherImages[reference], late)}`);
  return { [label.imageVolumeDigest]: told.sort().join(",") };
}

/** Id of the first container of a service, or a token when that is yet to be made. */
function referredContainer(decided: Decided, serviceName: string, late: Map<string, LateValue>): string {
  const replica = sharedReplica(decided.get(serviceName));
  if (replica === undefined || replica.kind === "remove") return serviceName; // `decideContainers` tells the problem.
  if (replica.kind !== "create" && replica.kind !== "recreate") return replica.existing.container.id;
  const { name } = replica;
  const token = `{{container-id:${name}}}`;
  late.set(token, { kind: "container-id", token, container: name });
  return token;
}

function imageIdOf(image: Planning["images"][string] | undefined, late: Map<string, LateValue>): string {
  if (image === undefined) return "";
  if (image.observed !== undefined && image.steps.length === 0) return image.observed.id;
  const { reference, platform } = image;
  const token = `{{image-id:${reference}}}`;
  late.set(token, { kind: "image-id", token, image: reference, ...(platform === undefined ? {} : { platform }) });
  return token;
}

/** `container:alias` for every replica of a linked service, also under the names that replica goes by itself. */
function linksOf({ project }: Planning, decided: Decided, service: Service): string[] {
  const links = (service.links ?? []).flatMap((text) => {
    const [target = "", alias = target] = text.split(":");
    const decision = decided.get(target);
    return (decision === undefined ? [] : survivorNames(decision)).flatMap((container) => {
      const number = /(\d+)$/.exec(container)?.[1] ?? "1";
      return [alias, `${target}-${number}`, `${project.name}-${target}-${number}`].map(
        (each) => `${container}:${each}`,
      );
    });
  });
  const external = (service.externalLinks ?? []).map((text) => {
    const [container = "", alias = container] = text.split(":");
    return `${container}:${alias}`;
  });
  return [...new Set([...links, ...external])];
}
