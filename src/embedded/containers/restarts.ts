import { type ContainerDocument, never } from "./container.ts";
import type { Restarts } from "./containers.ts";
import type { NewsDesk } from "./news.ts";

/** The first wait, in milliseconds; each further one is twice as long, up to the longest. */
const firstDelayMs = 100;
const longestDelayMs = 60_000;
/** Who has run as long as this begins with the first wait again. */
const goodRunMs = 10_000;

/** Restart policies with Docker's rules and waits. */
export function createRestarts(news: NewsDesk): Restarts {
  const delays = new Map<string, number>();
  news.on("removal", ({ id }) => delays.delete(id));
  return {
    delayAfter(container) {
      if (!isWanted(container)) {
        delays.delete(container.id);
        return undefined;
      }
      const delayMs = nextDelay(container, delays.get(container.id));
      delays.set(container.id, delayMs);
      return delayMs;
    },
    isWantedAtBoot(container) {
      const { Name: policy = "no" } = container.hostConfig.RestartPolicy ?? {};
      // What was only created has never been wanted to run.
      if (container.state.startedAt === never) return false;
      return policy === "always" || (!container.isStoppedByHand && isWanted(container));
    },
  };
}

function isWanted({ hostConfig, state, restartCount }: ContainerDocument): boolean {
  const { Name: policy = "no", MaximumRetryCount: most = 0 } = hostConfig.RestartPolicy ?? {};
  if (policy === "always" || policy === "unless-stopped") return true;
  return policy === "on-failure" && state.exitCode !== 0 && (most === 0 || restartCount < most);
}

function nextDelay({ state, restartCount }: ContainerDocument, last: number | undefined): number {
  const ranMs = Date.parse(state.finishedAt) - Date.parse(state.startedAt);
  // Started by hand: what happened before does not count.
  const isFirst = last === undefined || restartCount === 0 || ranMs >= goodRunMs;
  return isFirst ? firstDelayMs : Math.min(last * 2, longestDelayMs);
}
