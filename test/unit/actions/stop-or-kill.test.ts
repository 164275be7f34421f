import { expect, test } from "vitest";
import { stopOrKill } from "../../../src/actions/stop-or-kill.ts";
import { TscomposeError } from "../../../src/errors.ts";
import type { Emit, ProgressEvent, StepInfo } from "../../../src/events.ts";

const stopOf = (name: string): StepInfo => ({
  id: 1,
  operation: "stop-container",
  resource: "container",
  name,
  doing: "Stopping",
  done: "Stopped",
  cause: "stop",
});
const [web, db] = [stopOf("web-1"), stopOf("db-1")];
const interrupted = new TscomposeError({ code: "interrupted", message: "interrupted" });

function outline(event: ProgressEvent): string {
  if (event.kind === "step-succeeded") return `${event.step.name} ${event.text ?? event.step.done}`;
  return "step" in event ? `${event.step.name} ${event.kind}` : event.kind;
}

/** Stops web, then db; web ends only when it is killed, and then all is broken off. */
async function stubborn(emit: Emit, webEnds: Promise<void>, forced: AbortSignal): Promise<void> {
  if (forced.aborted) {
    for (const step of [web, db]) emit({ kind: "step-skipped", step, reason: "interrupted" });
    throw interrupted;
  }
  emit({ kind: "step-started", step: web });
  await webEnds;
  emit({ kind: "step-succeeded", step: web });
  emit({ kind: "step-skipped", step: db, reason: "interrupted" });
  throw interrupted;
}

test.each([
  { when: "while it stops", early: false, told: ["web-1 step-started", "web-1 Killed", "db-1 Killed"] },
  { when: "before it stops", early: true, told: ["web-1 Killed", "db-1 Killed"] },
])("force kills $when, and every container is told to be killed", async ({ early, told }) => {
  const force = new AbortController();
  const webEnds = Promise.withResolvers<void>();
  const events: string[] = [];
  let areKilled = false;
  if (early) force.abort();
  const end = stopOrKill({
    forced: force.signal,
    emit: (event) => void events.push(outline(event)),
    stop: (emit) => stubborn(emit, webEnds.promise, force.signal),
    kill: async () => {
      webEnds.resolve();
      await new Promise(setImmediate);
      areKilled = true;
      return ["web-1", "db-1"];
    },
  });
  if (!early) force.abort();
  await end;
  expect(areKilled).toBe(true);
  expect(events).toEqual(told);
});

test("what was not killed is told as it was", async () => {
  const events: string[] = [];
  await stopOrKill({
    forced: AbortSignal.abort(),
    emit: (event) => void events.push(outline(event)),
    stop: (emit) => stubborn(emit, Promise.resolve(), AbortSignal.abort()),
    kill: () => Promise.resolve(["web-1"]),
  });
  expect(events).toEqual(["web-1 Killed", "db-1 step-skipped"]);
});

test("without force it stops, and its failure is told", async () => {
  const events: string[] = [];
  const calm = {
    forced: new AbortController().signal,
    emit: (event: ProgressEvent) => void events.push(outline(event)),
  };
  const kill = (): Promise<readonly string[]> => Promise.reject(new Error("must not be called"));
  await stopOrKill({ ...calm, kill, stop: async (emit) => emit({ kind: "step-succeeded", step: web }) });
  expect(events).toEqual(["web-1 Stopped"]);
  const failing = stopOrKill({ ...calm, kill, stop: () => Promise.reject(new Error("no")) });
  await expect(failing).rejects.toThrow("no");
});
