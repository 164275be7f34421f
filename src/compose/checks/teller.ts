import type { Report } from "../diagnostic.ts";
import type { Project, Service } from "../project.ts";
import { formatPath, type Path } from "../source.ts";
import { type MapTree, placeOf } from "../tree.ts";

/** One rule about a service and its project. */
export type Check = (service: Service, project: Project, tell: Tell) => void;

/** Tells a mistake at a path below the checked part of the model. */
export type Tell = (path: Path, mistake: Mistake) => void;

/** What is wrong, and what to write instead. */
export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A way to tell mistakes in one part of the model, at the places where the tree says it was written. */
export function teller(base: Path, tree: MapTree, report: Report): Tell {
  return (below, { code, message, hint }) => {
    const path = [...base, ...below];
    const told = { severity: "error", code, at: placeOf(tree, path), path } as const;
    report({ ...told, message: `${formatPath(path)}: ${message}`, ...(hint !== undefined && { hint }) });
  };
}
