import type { Project } from "../compose/project.ts";
import type { Snapshot } from "../observe/snapshot.ts";
import { basisOf } from "./basis.ts";
import { Draft } from "./draft.ts";
import type { Plan } from "./plan.ts";

/** Pushes the images that a project builds and names, under every name; each once. */
export function pushing(project: Project, snapshot: Snapshot): Plan {
  const draft = new Draft();
  const seen = new Set<string>();
  for (const { name, image, build } of Object.values(project.services)) {
    if (image === undefined || build === undefined) {
      const reason = build === undefined ? "is not built here" : "has no name of its own";
      draft.unchanged({ resource: "image", name, text: `Skipped: ${reason}` });
      continue;
    }
    for (const tag of [image, ...(build.tags ?? [])]) {
      if (!seen.has(tag)) draft.add({ kind: "push-image", image: tag }, "push");
      seen.add(tag);
    }
  }
  return draft.finish({ action: "push", project: project.name, basis: basisOf(snapshot) });
}
