import type { Readable } from "node:stream";
import type { EngineEventBody } from "../../docker-api/event.ts";
import type { Filters } from "../../docker-api/filters.ts";
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
      // begin at its own present, an engine makes up for all of that, and nobody has to wait for its answer. An end
      // without a beginning means all that the engine still knows.
      const begin = isOpen(period) ? { since: await engineTime(api) } : {};
      const query = { filters: JSON.stringify(inAllWords(filters)), ...enginePeriod(period, api.now), ...begin };
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

function isOpen({ since, until }: { readonly since?: string; readonly until?: string }): boolean {
  return since === undefined && until === undefined;
}

async function* linesOf(answer: Promise<Readable>): AsyncGenerator<EngineEventBody> {
  for await (const event of jsonLines<EngineEventBody>(await answer)) yield inDockersWords(event);
}

/** Podman knows two events of containers by words of its own: it filters by no others, and tells of a removal by one. */
const podmansWords: Readonly<Record<string, string>> = { die: "died", destroy: "remove" };

function inAllWords({ event, ...filters }: Filters): Filters {
  if (event === undefined) return filters;
  return {
    ...filters,
    event: event.flatMap((word) => [word, ...(podmansWords[word] === undefined ? [] : [podmansWords[word]])]),
  };
}

function inDockersWords(event: EngineEventBody): EngineEventBody {
  if (event.Type !== "container" || event.Action !== podmansWords["destroy"]) return event;
  return { ...event, Action: "destroy" };
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
