import type { Readable } from "node:stream";
import type { EngineEventBody } from "../../docker-api/event.ts";
import { told } from "../answer.ts";
import { endingQuietly } from "../attachment.ts";
import type { Engine } from "../engine.ts";
import { jsonLines } from "../json-lines.ts";
import { enginePeriod, engineTimestamp } from "../timestamp.ts";
import type { Api } from "./api.ts";

/** Subscribing to what happens on an engine. */
export function eventVerbs(api: Api): Pick<Engine, "events"> {
  return {
    async events({ filters, signal, ...period }) {
      const doing = "listening for events";
      const end = new AbortController();
      const ended = signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]);
      // The head of the answer comes a moment before the engine subscribes, Podman's only with the first event: told to
      // begin at its own present, an engine makes up for all of that, and nobody has to wait for its answer.
      const begin = period.since === undefined ? { since: await engineTime(api) } : {};
      const query = { filters: JSON.stringify(filters), ...enginePeriod(period, api.now), ...begin };
      const call = { method: "GET", path: "/events", query, signal: ended, isOpenEnded: true };
      const answer = told<Readable>(doing, api.transport.open(call));
      answer.catch(() => {}); // who listens is told
      if (query.since === undefined) await answer;
      const events = endingQuietly(doing, withoutRepeats(linesOf(answer)), ended);
      return {
        [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
        [Symbol.asyncDispose]: async () => end.abort(),
      };
    },
  };
}

async function* linesOf(answer: Promise<Readable>): AsyncGenerator<EngineEventBody> {
  yield* jsonLines<EngineEventBody>(await answer);
}

async function engineTime({ transport, now }: Api): Promise<string | undefined> {
  const asked = transport.ask({ method: "GET", path: "/info" });
  const { SystemTime } = await told<{ readonly SystemTime?: string }>("asking for the engine's time", asked);
  return SystemTime === undefined ? undefined : engineTimestamp(SystemTime, now);
}

/** An event that happens while one subscribes may come twice: from the engine's memory, and live. */
async function* withoutRepeats(events: AsyncIterable<EngineEventBody>): AsyncIterable<EngineEventBody> {
  let previous: EngineEventBody | undefined;
  for await (const event of events) {
    if (previous === undefined || !isSame(event, previous)) yield event;
    previous = event;
  }
}

function isSame(event: EngineEventBody, other: EngineEventBody): boolean {
  return event.timeNano === other.timeNano && event.Action === other.Action && event.Actor.ID === other.Actor.ID;
}
