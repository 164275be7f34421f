import type { BuildEvent, BuildRequest, BuildResult, Builder } from "./build.ts";
import { EventQueue } from "./event-queue.ts";

/** Builds and gives what happens, put into a door's words; whoever does not read on does not want the image. */
export async function* followBuild<Line>(
  builder: Pick<Builder, "build">,
  request: Omit<BuildRequest, "emit">,
  linesOf: (events: readonly BuildEvent[]) => Iterable<Line>,
): AsyncGenerator<Line, BuildResult> {
  const left = new AbortController();
  const events = new EventQueue();
  const signal = AbortSignal.any([request.signal, left.signal]);
  const built = builder.build({ ...request, signal, emit: (event) => events.push(event) }).finally(() => events.end());
  built.catch(() => {});
  try {
    for await (const batch of events.batches()) yield* linesOf(batch);
    return await built;
  } finally {
    left.abort();
    await built.catch(() => {});
  }
}
