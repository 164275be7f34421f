import { type Companion, moduleBeside, startCompanion } from "../../system/companion.ts";
import type { StackRequest } from "../start.ts";

/** A stack that is to be gone when this process is. */
export interface Guarded {
  readonly name: string;
  readonly request: StackRequest;
}

/** What the guard hears, a line each; the end of its input says that the process is gone. */
export type GuardMessage =
  | { readonly kind: "guard"; readonly guarded: Guarded }
  | { readonly kind: "release"; readonly name: string };

/** One guard for all stacks of a process, for as long as there are any. */
let guard: { readonly companion: Companion; readonly names: Set<string> } | undefined;

/** Sees to it that a stack is taken down when this process dies, however it does; until told that it is gone. */
export function keepWatch(guarded: Guarded): { readonly end: () => void } {
  guard ??= { companion: startCompanion(moduleBeside(import.meta.dirname, "guard-process")), names: new Set() };
  const { companion, names } = guard;
  const tell = (message: GuardMessage): void => companion.tell(JSON.stringify(message));
  names.add(guarded.name);
  tell({ kind: "guard", guarded });
  return {
    end: () => {
      if (!names.delete(guarded.name)) return;
      tell({ kind: "release", name: guarded.name });
      if (names.size > 0) return;
      companion.dismiss();
      if (guard?.companion === companion) guard = undefined;
    },
  };
}
