import { encodeProject } from "../../compose/encode.ts";
import type { Project } from "../../compose/project.ts";
import { printModel } from "../../compose/print.ts";

const format = "yaml";

/** A project as a compose file. */
export function printProject(project: Project): string {
  return printModel(encodeProject(project, format), format);
}
