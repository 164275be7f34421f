import { isAtLeast, newestApiVersion, oldestApiVersion } from "../docker-api/version.ts";
import { EngineError } from "../errors.ts";

/** The version to speak with an engine that offers `offered`: the newest that both sides know. */
export function agreeOnVersion(offered: string, doing: string): string {
  if (!isAtLeast(offered, oldestApiVersion)) {
    throw new EngineError({
      code: "unsupported",
      doing,
      message: `${doing}: the engine speaks API ${offered}, tscompose needs ${oldestApiVersion} or newer`,
      hint: "update the engine: Docker 20.10 and Podman 4 are new enough",
    });
  }
  return isAtLeast(offered, newestApiVersion) ? newestApiVersion : offered;
}
