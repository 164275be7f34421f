import type { ProjectOrName } from "../actions/down.ts";
import { env as findVariables } from "../actions/env.ts";
import { images as listImages, type ListedImage } from "../actions/images.ts";
import { port as findPort, type PortRequest } from "../actions/port.ts";
import { type ListedContainer, ps as listContainers, type PsOptions } from "../actions/ps.ts";
import { type ContainerProcesses, top as listProcesses } from "../actions/top.ts";
import { volumes as listVolumes } from "../actions/volumes.ts";
import { type StoppedContainer, wait as waitForEnd, type WaitOptions } from "../actions/wait.ts";
import type { Context } from "../context.ts";
import type { VolumeInfo } from "../docker-api/volume.ts";
import { subjectOf } from "./subject.ts";

/** Services to look at; empty or absent: all. */
export interface ServicesOption {
  readonly services?: readonly string[];
}

/** Lists the containers of a project. */
export function ps(project: ProjectOrName, options: PsOptions, context: Context): Promise<readonly ListedContainer[]> {
  return listContainers(subjectOf(project), options, context);
}

/** Lists the images of a project's containers. */
export function images(
  project: ProjectOrName,
  options: ServicesOption,
  context: Context,
): Promise<readonly ListedImage[]> {
  return listImages(subjectOf(project), options, context);
}

/** Lists the volumes of a project. */
export function volumes(
  project: ProjectOrName,
  options: ServicesOption,
  context: Context,
): Promise<readonly VolumeInfo[]> {
  return listVolumes(subjectOf(project), options, context);
}

/** Lists the processes of the containers that run. */
export function top(
  project: ProjectOrName,
  options: ServicesOption,
  context: Context,
): Promise<readonly ContainerProcesses[]> {
  return listProcesses(subjectOf(project), options, context);
}

/** Where a port of a running container can be reached on the host, as `address:port`. */
export function port(project: ProjectOrName, request: PortRequest, context: Context): Promise<string> {
  return findPort(subjectOf(project), request, context);
}

/** Where the services of a project are to be found, as variables: `WEB_HOST`, `WEB_PORT`, `WEB_PORT_80`. */
export function env(project: ProjectOrName, context: Context): Promise<Record<string, string>> {
  return findVariables(subjectOf(project), context);
}

/** Waits until containers stop: the first of them, or all; answers with those that did, in the order in which they did. */
export async function wait(
  project: ProjectOrName,
  options: WaitOptions,
  context: Context,
): Promise<readonly StoppedContainer[]> {
  const stopped: StoppedContainer[] = [];
  await waitForEnd(subjectOf(project), options, { ...context, tell: (container) => stopped.push(container) });
  return stopped;
}
