import { EventEmitter } from "node:events";
import type { EngineEventBody } from "../docker-api/event.ts";

/** What happened in the engine, as `/events` tells it, without the time: the bus adds that. */
export interface EngineHappening {
  readonly Type: "container" | "image" | "network" | "volume";
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Carries what happened from where it happens to `/events`, and to whoever waits for it inside of the engine. */
export interface EventBus {
  publish(happening: EngineHappening): void;
  /** Everything from now on; returns the end of the subscription. */
  subscribe(listener: (event: EngineEventBody) => void): () => void;
  /** The latest events, oldest first, bounded in number. */
  recent(): readonly EngineEventBody[];
}

/** As many as dockerd keeps. */
const mostKept = 256;

/** Makes a bus; `nowNs` is the time in nanoseconds since 1970. */
export function createEventBus(nowNs: () => bigint): EventBus {
  const emitter = new EventEmitter().setMaxListeners(0);
  const kept: EngineEventBody[] = [];
  return {
    publish(happening) {
      const timeNano = nowNs();
      const event = {
        ...happening,
        scope: "local",
        time: Number(timeNano / 1_000_000_000n),
        timeNano: Number(timeNano),
      };
      kept.push(event);
      if (kept.length > mostKept) kept.shift();
      emitter.emit("event", event);
    },
    subscribe(listener) {
      emitter.on("event", listener);
      return () => emitter.off("event", listener);
    },
    recent: () => [...kept],
  };
}
