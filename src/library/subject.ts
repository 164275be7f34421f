import type { ProjectOrName } from "../actions/down.ts";
import type { Subject } from "../actions/select-containers.ts";

/** A project as the actions know it: by its files where there are any, else by its name and what carries its label. */
export function subjectOf(project: ProjectOrName): Subject {
  return project.services === undefined ? { name: project.name } : { name: project.name, project };
}
