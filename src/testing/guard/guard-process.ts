// A program: takes down the stacks of a process that died. It reads from that process until there is nobody who could write.
import { createInterface } from "node:readline";
import { ownInput } from "../../system/companion.ts";
import type { Guarded, GuardMessage } from "./own-guard.ts";

const guarded = new Map<string, Guarded>();

for await (const line of createInterface({ input: ownInput() })) {
  const message = JSON.parse(line) as GuardMessage;
  if (message.kind === "guard") guarded.set(message.guarded.name, message.guarded);
  else guarded.delete(message.name);
}

if (guarded.size > 0) {
  const { takeDownForGood } = await import("./take-down.ts");
  await Promise.all([...guarded.values()].map(takeDownForGood));
}
