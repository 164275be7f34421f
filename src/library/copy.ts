import { cp, type CopyOptions } from "../actions/cp.ts";
import type { ProjectOrName } from "../actions/down.ts";
import type { LoadContext } from "../compose/load.ts";
import type { Context } from "../context.ts";
import { subjectOf } from "./subject.ts";

/** How files are copied between this machine and containers. */
export interface CopyRequest extends Pick<CopyOptions, "index" | "all" | "archive" | "followLink"> {
  readonly service: string;
  /** A path in the container. */
  readonly path: string;
  /** A path of this machine; relative ones start at the working directory. */
  readonly local: string;
}

type CopyContext = Context & Pick<LoadContext, "workingDirectory">;

/** Copies a file or folder of this machine into the containers of a service, as `cp` does; answers with their names. */
export function copyTo(project: ProjectOrName, request: CopyRequest, context: CopyContext): Promise<readonly string[]> {
  const { service, path, local, ...how } = request;
  const ends = { from: { kind: "local", path: local }, to: { kind: "service", service, path } } as const;
  return copy(project, { ...how, ...ends }, context);
}

/** Copies a file or folder out of a container of a service, as `cp` does. */
export async function copyFrom(project: ProjectOrName, request: CopyRequest, context: CopyContext): Promise<void> {
  const { service, path, local, ...how } = request;
  const ends = { from: { kind: "service", service, path }, to: { kind: "local", path: local } } as const;
  await copy(project, { ...how, ...ends }, context);
}

function copy(
  project: ProjectOrName,
  options: Omit<CopyOptions, "directory">,
  context: CopyContext,
): Promise<readonly string[]> {
  const { workingDirectory: directory, emit } = context;
  const warn = (message: string): void => emit({ kind: "remark", level: "warning", message });
  const streams = { input: async function* () {}, output: () => {}, warn };
  return cp(subjectOf(project), { ...options, directory }, { ...context, ...streams });
}
