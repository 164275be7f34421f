import type { Engine, EventStream } from "../engine/engine.ts";
import { joinStreams, type JoinEnd } from "./join-streams.ts";
import type { Terminal } from "./terminal.ts";
import { chosenDetachKeys } from "./detach-keys.ts";

/** A container that is made and waits to be started in front of somebody. */
export interface Conversation {
  readonly container: string;
  readonly tty: boolean;
  readonly interactive: boolean;
  readonly detachKeys?: string;
  /** Runs once it has started, beside the conversation. */
  readonly onStarted?: () => Promise<void>;
}

/** What a conversation needs of the world. */
export interface ConversationContext {
  readonly engine: Engine;
  readonly terminal: Terminal;
  /** Leaves the container running. */
  readonly signal: AbortSignal;
}

/** How it ended: with an exit code, or not at all because the person left. */
export type ConversationEnd = { readonly kind: "exited"; readonly exitCode: number } | { readonly kind: "left" };

/** Starts a container with its streams joined, so that nothing it says is missed; resolves when it has ended. */
export async function converse(
  { container, tty, interactive, detachKeys, onStarted }: Conversation,
  { engine, terminal, signal }: ConversationContext,
): Promise<ConversationEnd> {
  const keys = tty ? await chosenDetachKeys(detachKeys, engine) : {};
  await using attachment = await engine.attach(container, { stdin: interactive, tty });
  // Subscribed before the start: a container that removes itself can be asked for its exit code only now.
  await using ends = await engine.events({ filters: { container: [container], event: ["die"] } });
  await engine.startContainer(container);
  const started = onStarted?.();
  started?.catch(() => {}); // awaited below: the conversation comes first
  const end: JoinEnd = await joinStreams(attachment, terminal, {
    isInteractive: interactive,
    signal,
    ...(tty ? { tty: { resize: (size) => engine.resizeContainer(container, size), ...keys } } : {}),
  });
  await started;
  return end === "left" ? { kind: "left" } : { kind: "exited", exitCode: await exitCodeIn(ends) };
}

async function exitCodeIn(ends: EventStream): Promise<number> {
  for await (const { Actor } of ends) return Number(Actor.Attributes["exitCode"] ?? 0);
  return 0;
}
