import { expect, test } from "vitest";
import { LogFollower } from "../../../src/actions/log-follower.ts";
import type { ContainerInspect } from "../../../src/docker-api/container.ts";
import type { EngineEventBody } from "../../../src/docker-api/event.ts";
import type { Engine, EventStream } from "../../../src/engine/engine.ts";
import type { LogsContext } from "../../../src/actions/logs.ts";

/** Seconds of a day long gone, as engines write times. */
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

function event(Action: string, second: number): EngineEventBody {
  const milliseconds = Date.parse(at(second));
  const Attributes = { name: "app-web-1", "com.docker.compose.service": "web", exitCode: "3" };
  const time = { time: milliseconds / 1000, timeNano: milliseconds * 1_000_000 };
  return { Type: "container", Action, Actor: { ID: "id", Attributes }, ...time };
}

/** One run: when it started, and when the one before it ended. */
function run(started: number, finishedBefore: number, Running = false): ContainerInspect {
  const state = { Running, Restarting: !Running, StartedAt: at(started), FinishedAt: at(finishedBefore), ExitCode: 3 };
  return { State: state } as ContainerInspect;
}

/** Times from which the logs of a container were read, when inspecting it tells these states in turn. */
async function readings(events: readonly EngineEventBody[], states: readonly ContainerInspect[]): Promise<unknown[]> {
  const since: unknown[] = [];
  const left = [...states];
  const engine = { inspectContainer: () => Promise.resolve(left.shift() ?? states.at(-1)) } as unknown as Engine;
  const stream = {
    async *[Symbol.asyncIterator]() {
      yield* events;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as EventStream;
  const follower = new LogFollower({
    subject: { name: "app" },
    options: { follow: true, tail: 0 },
    context: { engine, emit: () => {} } as unknown as LogsContext,
    events: stream,
    copyLog: async (_container, _subject, options) => void since.push(options.since),
    isFollowed: () => true,
    hopesForStarts: true,
  });
  await follower.begin([{ id: "id", name: "app-web-1", service: "web", number: 1 }]);
  await follower.follow();
  return since;
}

test("reads a new run from the middle between it and the one before", async () => {
  expect(await readings([event("start", 20)], [run(1, 10), run(20, 10, true)])).toEqual([undefined, at(15)]);
});

test("reads a run whole that is over, and followed by another, before it is looked at", async () => {
  const later = run(24, 22, true);
  expect(await readings([event("start", 20)], [run(1, 10), later])).toEqual([undefined, at(15)]);
});

test("reads a restart whole from the end that was told, when it is looked at too late", async () => {
  const events = [event("start", 20), event("die", 22), event("start", 24), event("die", 26), event("start", 28)];
  const states = [run(1, 10), run(20, 10, true), run(20, 22), run(28, 26, true)];
  expect(await readings(events, states)).toEqual([undefined, at(15), at(23)]);
});

test("does not take the end of a short run, noted before its start, for the end of the run before", async () => {
  const events = [event("start", 20), event("die", 22), event("start", 28), event("die", 29)];
  expect(await readings(events, [run(1, 10), run(20, 10, true), run(20, 22), run(28, 27)])).toEqual([
    undefined,
    at(15),
    at(25),
  ]);
});
