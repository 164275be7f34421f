import type { Project } from "../compose/project.ts";
import { own } from "../compose/own.ts";
import { profileHint } from "../compose/select.ts";
import { serviceHint } from "../compose/service-hint.ts";
import type { ContainerSummary } from "../docker-api/container.ts";
import type { Engine } from "../engine/engine.ts";
import { TscomposeError, UsageError } from "../errors.ts";
import { label } from "../observe/labels.ts";
import { toContainer } from "../observe/observed.ts";
import type { ObservedContainer } from "../observe/snapshot.ts";
import { isUp } from "../plan/known-state.ts";

/** The project a command is about: known by its files, or by its name alone and what carries its label. */
export interface Subject {
  readonly name: string;
  readonly project?: Project;
}

/** One call: the project's containers of the named services (none named: all), stopped ones and one-offs too, by name. */
export async function findContainers(
  engine: Engine,
  subject: Subject,
  services: readonly string[] = [],
): Promise<readonly ContainerSummary[]> {
  const ofProject = `${label.project}=${subject.name.toLowerCase()}`;
  const all = await engine.listContainers({ all: true, filters: { label: [ofProject, label.configHash] } });
  checkServices(
    subject,
    services,
    all.map(({ Labels }) => Labels[label.service] ?? ""),
  );
  return all
    .filter(({ Labels }) => services.length === 0 || services.includes(Labels[label.service] ?? ""))
    .map((row) => ({ row, name: toContainer(row).name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ row }) => row);
}

/** Refuses names that neither the files nor the containers know: a typing mistake must not look like an empty answer. */
export function checkServices(
  subject: Subject,
  services: readonly string[],
  ofContainers: readonly string[] = [],
  doing = "",
): void {
  const { services: declared, disabledServices } = subject.project ?? {};
  const known = new Set([...Object.keys({ ...declared, ...disabledServices }), ...ofContainers]);
  const unknown = services.find((service) => !known.has(service));
  if (unknown === undefined) return;
  throw new TscomposeError({
    code: "not-found",
    message: `${doing}no such service: ${unknown}`,
    hint: hintFor(subject, unknown, [...known]),
  });
}

/** Refuses services that are declared, but not part of what a command is about: what is asked of them would be lost. */
export function checkActiveServices(project: Project, services: readonly string[], doing: string): void {
  checkServices({ name: project.name, project }, services, [], doing);
  const left = services.find((service) => own(project.services, service) === undefined);
  if (left === undefined) return;
  const profile = profileHint(own(project.disabledServices, left)?.profiles ?? []);
  throw new UsageError(
    `${doing}service "${left}" is ${profile === undefined ? "left out" : "turned off"}`,
    profile ?? "name it, too",
  );
}

/** What names a container to people. */
export type Replica = Pick<ObservedContainer, "id" | "name" | "service" | "number">;

/** Which container of a service is meant. */
export interface ReplicaRequest {
  readonly service: string;
  /** Number of the replica; absent: the lowest, and where there is none, a one-off. */
  readonly index?: number;
  readonly mustRun: boolean;
}

/** Chooses the one container that a command enters or looks into. */
export async function findReplica(
  engine: Engine,
  subject: Subject,
  request: ReplicaRequest,
): Promise<ObservedContainer> {
  const { service, index, mustRun } = request;
  const containers = (await findContainers(engine, subject, [service])).map(toContainer);
  const wanted = containers.filter(({ number, isOneOff }) => index === undefined || (!isOneOff && number === index));
  const fit = wanted.filter((container) => !mustRun || isUp(container)).sort(replicasFirst);
  if (fit[0] !== undefined) return fit[0];
  const state = mustRun ? "is not running" : "has no";
  const which = index === undefined ? "" : ` #${index}`;
  throw new TscomposeError({
    code: "not-found",
    message: `service "${service}" ${state}${mustRun && which === "" ? "" : ` container${which}`}`,
    hint: nextStep(service, wanted[0], containers),
  });
}

/** The named services, or without names what the files declare, or without files all there is. */
export function isDeclared(
  { project }: Subject,
  services: readonly string[],
): (container: { readonly service: string }) => boolean {
  if (services.length > 0) return ({ service }) => services.includes(service);
  if (project === undefined) return () => true;
  return ({ service }) => project.services[service] !== undefined;
}

/** Without names: what the files declare, but for services that ask with `attach: false` not to be shown. */
export function isShown(
  subject: Subject,
  services: readonly string[],
): (container: { readonly service: string }) => boolean {
  const isNamed = isDeclared(subject, services);
  const asksNotTo = (service: string): boolean => subject.project?.services[service]?.attach === false;
  return (container) => isNamed(container) && (services.length > 0 || !asksNotTo(container.service));
}

/** The short name that logs carry: `web-1`, or the whole name where it was chosen by hand. */
export function shortName({ name, service, number }: Omit<Replica, "id">, projectName: string): string {
  const project = projectName.toLowerCase();
  const isDefault = [`${project}-${service}-${number}`, `${project}_${service}_${number}`].includes(name);
  return isDefault ? name.slice(project.length + 1) : name;
}

function replicasFirst(a: ObservedContainer, b: ObservedContainer): number {
  if (a.isOneOff !== b.isOneOff) return a.isOneOff ? 1 : -1;
  return (a.number ?? 0) - (b.number ?? 0);
}

function nextStep(
  service: string,
  wanted: ObservedContainer | undefined,
  containers: readonly ObservedContainer[],
): string {
  if (wanted !== undefined) return `${wanted.name}: ${wanted.status}; start it with: tscompose start ${service}`;
  const numbers = containers.flatMap(({ number }) => (number === undefined ? [] : [number]));
  if (numbers.length > 0)
    return `it has ${numbers
      .sort((a, b) => a - b)
      .map((number) => `#${number}`)
      .join(", ")}`;
  return `start it with: tscompose up -d ${service}`;
}

function hintFor({ name }: Subject, unknown: string, known: readonly string[]): string {
  if (known.length === 0) return `project "${name}" has no containers; see tscompose ls -a`;
  return serviceHint(unknown, known, `services of "${name}"`);
}
