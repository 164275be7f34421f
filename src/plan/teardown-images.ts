import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { imageKey, imageOf } from "./names.ts";

/** Images of the selected services that are on the engine; `local` spares those with a name given in the file. */
export function imagesToRemove(
  project: Project,
  snapshot: Snapshot,
  which: "local" | "all",
  selected: (service: string) => boolean,
): string[] {
  const images = Object.values(project.services)
    .filter(({ name, image }) => selected(name) && (which === "all" || image === undefined))
    .filter((service) => snapshot.images[imageKey(imageOf(project, service), service.platform)] !== undefined)
    .map((service) => imageOf(project, service));
  return [...new Set(images)].sort();
}
