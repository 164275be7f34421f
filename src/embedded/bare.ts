import type { Restarts } from "./containers/containers.ts";

/** No container is ever started again by itself: stands in until the room of restart policies is built. */
export const noRestarts: Restarts = { delayAfter: () => undefined, isWantedAtBoot: () => false };
