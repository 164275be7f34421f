import type { EngineEventBody } from "../../docker-api/event.ts";
import type { EventBus } from "../events.ts";
import { badRequest } from "./http-error.ts";
import { momentOf } from "./moment.ts";
import { filtersOf, hasLabels, type WantedFilters } from "./query.ts";
import type { Route } from "./route.ts";

const known = "config container daemon event image label network node plugin scope secret service type volume".split(
  " ",
);

/** `/events`: what happened since, and what happens until. */
export function eventRoutes({
  bus,
  nowNs,
}: {
  readonly bus: EventBus;
  readonly nowNs: () => bigint;
}): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/events",
      handle: ({ query, signal }) => {
        const filters = filtersOf(query, known);
        const since = momentOf(query.get("since"), "since", nowNs());
        const until = momentOf(query.get("until"), "until", nowNs());
        if (since !== undefined && until !== undefined && until < since) {
          throw badRequest(
            `\`since\` time (${query.get("since")}) cannot be after \`until\` time (${query.get("until")})`,
          );
        }
        const body = eventLines({ bus, nowNs, filters, since, until, signal });
        return { kind: "stream", contentType: "application/json", body };
      },
    },
  ];
}

interface Wanted {
  readonly bus: EventBus;
  readonly nowNs: () => bigint;
  readonly filters: WantedFilters;
  /** Nanoseconds since 1970. */
  readonly since: bigint | undefined;
  readonly until: bigint | undefined;
  readonly signal: AbortSignal;
}

async function* eventLines({ bus, nowNs, filters, since, until, signal }: Wanted): AsyncGenerator<string> {
  const past = since === undefined && until === undefined ? [] : bus.recent();
  const waiting: EngineEventBody[] = past.filter((event) => since === undefined || atOf(event) >= since);
  let wake: (() => void) | undefined;
  const unsubscribe = bus.subscribe((event) => {
    waiting.push(event);
    wake?.();
  });
  const leave = (): void => wake?.();
  signal.addEventListener("abort", leave);
  const remainingMs = until === undefined ? undefined : Number((until - nowNs()) / 1_000_000n);
  const timer =
    remainingMs === undefined ? undefined : setTimeout(leave, Math.min(Math.max(0, remainingMs), 2 ** 31 - 1));
  try {
    for (;;) {
      for (const event of waiting.splice(0)) {
        if (until !== undefined && atOf(event) > until) return;
        if (matches(event, filters)) yield `${JSON.stringify(withLegacyNames(event))}\n`;
      }
      if (signal.aborted || (until !== undefined && nowNs() >= until)) return;
      if (waiting.length > 0) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
    unsubscribe();
  }
}

function atOf({ timeNano }: EngineEventBody): bigint {
  return BigInt(timeNano);
}

/** Keys are joined by "and", the values of a key by "or". */
function matches({ Type, Action, Actor, scope }: EngineEventBody, filters: WantedFilters): boolean {
  const oneOf = (key: string, ...values: readonly (string | undefined)[]): boolean => {
    const wanted = filters.get(key);
    return wanted === undefined || wanted.some((each) => values.includes(each));
  };
  const { name, image } = Actor.Attributes;
  const named = (type: string): boolean =>
    !filters.has(type) || (Type === type && (oneOf(type, Actor.ID, name) || startsWithId(Actor.ID, filters.get(type))));
  const imageNamed =
    !filters.has("image") || oneOf("image", Actor.ID, name, image, image?.split(":")[0], name?.split(":")[0]);
  return (
    oneOf("type", Type) &&
    oneOf("event", Action, Action.split(":")[0]) &&
    oneOf("scope", scope) &&
    hasLabels(Actor.Attributes, filters.get("label")) &&
    ["container", "network", "volume"].every(named) &&
    imageNamed &&
    !["config", "daemon", "node", "plugin", "secret", "service"].some((kind) => filters.has(kind))
  );
}

function startsWithId(id: string, wanted: readonly string[] = []): boolean {
  return wanted.some((each) => each.length >= 12 && id.startsWith(each));
}

/** Docker still tells containers' and images' events in its first words, too. */
function withLegacyNames(event: EngineEventBody): object {
  if (event.Type !== "container" && event.Type !== "image") return event;
  const from = event.Type === "container" ? { from: event.Actor.Attributes["image"] } : {};
  return { status: event.Action, id: event.Actor.ID, ...from, ...event };
}
