import type { Context } from "../context.ts";
import { TscomposeError } from "../errors.ts";
import { joinStreams } from "./join-streams.ts";
import { findReplica, type Subject } from "./select-containers.ts";
import type { Terminal } from "./terminal.ts";
import { chosenDetachKeys } from "./detach-keys.ts";

/** Whom to join, and how. */
export interface AttachContainerOptions {
  readonly service: string;
  readonly index?: number;
  readonly detachKeys?: string;
  /** False: what is typed here stays here. */
  readonly stdin?: boolean;
}

/** Joins the streams of a container that runs already; resolves with its exit code, 0 when it was left running. */
export async function attachContainer(
  subject: Subject,
  { service, index, detachKeys, stdin = true }: AttachContainerOptions,
  { engine, signal, terminal }: Context & { readonly terminal: Terminal },
): Promise<number> {
  const target = { service, mustRun: true, ...(index === undefined ? {} : { index }) };
  const { id, name } = await findReplica(engine, subject, target);
  const { Config, State } = (await engine.inspectContainer(id)) ?? {};
  if (State?.Paused === true) {
    throw new TscomposeError({
      code: "conflict",
      message: `container ${name} is paused`,
      hint: `let it go on first: tscompose unpause ${service}`,
    });
  }
  const tty = Config?.Tty === true;
  const isInteractive = stdin && Config?.OpenStdin === true;
  await using attachment = await engine.attach(id, { stdin: isInteractive, tty });
  const keys = tty ? await chosenDetachKeys(detachKeys, engine) : {};
  const end = await joinStreams(attachment, terminal, {
    isInteractive,
    signal,
    ...(tty ? { tty: { resize: (size) => engine.resizeContainer(id, size), ...keys } } : {}),
  });
  return end === "left" ? 0 : engine.waitContainer(id);
}
