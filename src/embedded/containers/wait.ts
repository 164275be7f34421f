import { badRequest } from "../api/http-error.ts";
import type { ContainerDocument } from "./container.ts";
import type { VerbParts } from "./verbs.ts";

const conditions = ["not-running", "next-exit", "removed"] as const;

/** What is waited for. */
export type WaitCondition = (typeof conditions)[number];

/** Reads the condition of a query. Throws 400. */
export function waitCondition(text: string | null): WaitCondition {
  const condition = conditions.find((each) => each === (text || "not-running"));
  if (condition === undefined) throw badRequest(`invalid condition: "${text}"`);
  return condition;
}

/** Resolves with the exit code when it is so, rejects when the waiting client goes. */
export async function waitFor(
  { rooms }: VerbParts,
  { id, state }: ContainerDocument,
  { condition, signal }: { readonly condition: WaitCondition; readonly signal: AbortSignal },
): Promise<number> {
  const isOver = state.status === "created" || state.status === "exited" || state.status === "dead";
  if (condition === "not-running" && isOver) return state.exitCode;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const leave = (): void => reject(new Error("the client went away"));
  signal.addEventListener("abort", leave);
  const mine = ({ id: other }: ContainerDocument): boolean => other === id;
  let exitCode = state.exitCode;
  const hearEnd = (container: ContainerDocument): void => {
    if (!mine(container)) return;
    exitCode = container.state.exitCode;
    if (condition !== "removed") resolve(exitCode);
  };
  const stopExit = rooms.news.on("exit", hearEnd);
  const stopStay = rooms.news.on("stays-down", hearEnd);
  const stopRemoval = rooms.news.on("removal", (container) => {
    if (mine(container)) resolve(container.state.exitCode);
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", leave);
    stopExit();
    stopStay();
    stopRemoval();
  }
}
