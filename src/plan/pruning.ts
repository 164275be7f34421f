import { Draft } from "./draft.ts";
import type { Plan } from "./plan.ts";

/** Removes images that lost their name to a rebuild; one that a container still uses stays, and is told of. */
export function pruning(project: string, images: readonly string[]): Plan {
  const draft = new Draft();
  for (const image of images)
    draft.add({ kind: "remove-image", image, optional: true }, "its name went to a newer one");
  return draft.finish({ action: "build", project, basis: {} });
}
