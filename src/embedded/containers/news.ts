import { EventEmitter } from "node:events";
import type { ContainerDocument } from "./container.ts";

/**
 * What becomes of containers, for whoever waits for it inside of the engine. One stays down that has ended, was to be
 * started again, and is not.
 */
export type ContainerNews = "start" | "exit" | "removal" | "stays-down";

/** Passes on what becomes of containers. */
export interface NewsDesk {
  tell(news: ContainerNews, container: ContainerDocument): void;
  /** Calls back from now on; returns an end of that. */
  on(news: ContainerNews, listener: (container: ContainerDocument) => void): () => void;
}

/** Makes a desk; a listener that throws is a fault told to `onFault`, and the others still hear. */
export function createNewsDesk(onFault: (error: unknown) => void): NewsDesk {
  const emitter = new EventEmitter().setMaxListeners(0);
  return {
    tell: (news, container) => void emitter.emit(news, container),
    on(news, listener) {
      const guarded = (container: ContainerDocument): void => {
        try {
          listener(container);
        } catch (error) {
          onFault(error);
        }
      };
      emitter.on(news, guarded);
      return () => emitter.off(news, guarded);
    },
  };
}
