import type { Engine } from "../engine/engine.ts";
import { UsageError } from "../errors.ts";
import type { BuilderKind } from "../plan/operation.ts";

/** The builder to take where either will do: BuildKit where the engine has it, unless `DOCKER_BUILDKIT` says otherwise. */
export function builderOf(
  { hasBuildKit }: Pick<Engine, "hasBuildKit">,
  { DOCKER_BUILDKIT: wish = "" }: Readonly<Record<string, string>>,
): BuilderKind {
  if (/^(?:0|f|false)$/i.test(wish)) return "classic";
  if (wish !== "" && !/^(?:1|t|true)$/i.test(wish)) {
    throw new UsageError(`DOCKER_BUILDKIT: expected true or false, got "${wish}"`);
  }
  return hasBuildKit ? "buildkit" : "classic";
}
