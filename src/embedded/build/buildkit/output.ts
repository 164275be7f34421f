import type { SolveRequest } from "../../../buildkit-api/control.ts";
import { BuildError, type BuildRequest } from "../build.ts";
import { tagsIn } from "./frontend-options.ts";

/** Exporters that mean the engine's own store. */
const ofStore = new Set(["docker", "image", "moby"]);

/** What becomes of a build's result. Throws a {@link BuildError} for what this engine cannot make. */
export function outputOf({
  exporters,
  exporterType = "",
  exporterAttrs = {},
}: Pick<SolveRequest, "exporters"> & Partial<SolveRequest>): Pick<BuildRequest, "keepsImage" | "tags"> {
  const older = exporterType === "" ? [] : [{ type: exporterType, attrs: exporterAttrs }];
  const [only, ...others] = exporters.length > 0 ? exporters : older;
  if (others.length > 0) throw unsupported("more than one output", "ask for one");
  if (only === undefined) return { keepsImage: false, tags: [] };
  if (!ofStore.has(only.type))
    throw unsupported(`an output of type ${only.type}`, "leave it out, and the image is this engine's");
  return { keepsImage: true, tags: tagsIn(only.attrs["name"]) };
}

function unsupported(what: string, next: string): BuildError {
  return new BuildError(`${what} is not supported by this engine's builder: ${next}`, { isInvalidRequest: true });
}
