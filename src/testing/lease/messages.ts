import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { ProgressEvent } from "../../events.ts";
import type { StartFailure } from "../start-error.ts";
import type { StackRequest, StackState } from "../start.ts";

/** What who wants a stack says to its keeper. */
export type Wish =
  /** `adopt`: it runs already, its keeper is gone. */
  | { readonly kind: "lease"; readonly key: string; readonly request: StackRequest; readonly adopt?: StackState }
  /** No longer needed; answered by the end of the connection, which the last one gets when nothing is left. */
  | { readonly kind: "release" };

/** What the keeper answers. */
export type Answer =
  | { readonly kind: "event"; readonly event: ProgressEvent }
  | { readonly kind: "ready"; readonly state: StackState }
  | { readonly kind: "failed"; readonly failure: StartFailure }
  /** Something went wrong that nobody foresaw. */
  | { readonly kind: "broken"; readonly message: string };

/** Says something, as a line of JSON. Somebody who is gone does not hear it. */
export function say(socket: Socket, message: Wish | Answer): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** What the other side says, until it is gone, however it went. */
export async function* heard<Message extends Wish | Answer>(socket: Socket): AsyncGenerator<Message, void, undefined> {
  try {
    for await (const line of createInterface({ input: socket })) yield JSON.parse(line) as Message;
  } catch (error) {
    // Who dies with something left to read ends the connection by force.
    if (!Error.isError(error) || !("syscall" in error)) throw error;
  }
}
