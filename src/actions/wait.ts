import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import { toContainer } from "../observe/observed.ts";
import { findContainers, type Subject } from "./select-containers.ts";

/** A container that has stopped. */
export interface StoppedContainer {
  readonly id: string;
  readonly name: string;
  readonly exitCode: number;
}

/** For whom to wait. */
export interface WaitOptions {
  readonly services: readonly string[];
  /** `first`: until one has stopped; `all`: until every one has. */
  readonly until: "first" | "all";
}

/** Waits until containers stop and tells each when it has; resolves with the exit code of the one that ended the wait. */
export async function wait(
  subject: Subject,
  { services, until }: WaitOptions,
  { engine, signal, tell }: Context & { readonly tell: (container: StoppedContainer) => void },
): Promise<number> {
  const containers = (await findContainers(engine, subject, services)).map(toContainer);
  if (containers.length === 0) throw nothingToWaitFor(subject, services);
  const enough = new AbortController();
  const within = AbortSignal.any([signal, enough.signal]);
  const exitCodes: number[] = [];
  const waiting = containers.map(async ({ id, name }) => {
    const exitCode = await engine.waitContainer(id, { signal: within });
    if (enough.signal.aborted) return;
    exitCodes.push(exitCode);
    tell({ id, name, exitCode });
  });
  try {
    await (until === "first" ? Promise.race(waiting) : Promise.all(waiting));
  } finally {
    enough.abort();
    await Promise.allSettled(waiting);
  }
  return exitCodes.at(-1) ?? 0;
}

function nothingToWaitFor({ name }: Subject, services: readonly string[]): TscomposeError {
  return new TscomposeError({
    code: "not-found",
    message: `no containers for project "${name}"`,
    hint: `start them with: tscompose up -d ${services.join(" ")}`,
  });
}
