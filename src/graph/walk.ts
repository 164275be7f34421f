/** A node of the graph to walk, and what has to come before it. */
export interface WalkNode {
  readonly id: number;
  /** Must have succeeded; otherwise this node is skipped. */
  readonly after: readonly number[];
  /** Must be over, however it ended. */
  readonly afterEnd?: readonly number[];
  /** Visited even after the signal has fired, where all that it comes after has succeeded. */
  readonly isOwed?: boolean;
}

/** How one node ended. */
export type WalkOutcome =
  | { readonly kind: "succeeded" }
  | { readonly kind: "failed"; readonly error: unknown }
  /** `because` is the node whose failure started it, not the last link of the chain. */
  | { readonly kind: "skipped"; readonly because: number }
  | { readonly kind: "interrupted" };

/** Bounds of a walk. */
export interface WalkOptions {
  /** How many nodes may run at once; absent: all that can. */
  readonly limit?: number;
  /** When it fires, nothing new is begun; what runs is awaited. */
  readonly signal?: AbortSignal;
  /** Told of nodes that are never visited, as soon as that is certain. */
  readonly onSkipped?: (id: number, outcome: WalkOutcome) => void;
}

/**
 * Visits a directed acyclic graph as parallel as its edges allow. A failure skips what comes `after` it and nothing else:
 * independent branches run to their end.
 */
export async function walk<Node extends WalkNode>(
  nodes: readonly Node[],
  visit: (node: Node) => Promise<void>,
  { limit = Number.POSITIVE_INFINITY, signal, onSkipped }: WalkOptions = {},
): Promise<ReadonlyMap<number, WalkOutcome>> {
  const outcomes = new Map<number, WalkOutcome>();
  const followers = followersOf(nodes);
  const open = new Map(nodes.map((node) => [node.id, node.after.length + (node.afterEnd?.length ?? 0)]));
  const ready = nodes.filter(({ id }) => open.get(id) === 0);
  const running = new Set<Promise<void>>();

  const settle = (node: Node, outcome: WalkOutcome): void => {
    outcomes.set(node.id, outcome);
    for (const follower of followers.get(node.id) ?? []) {
      const left = (open.get(follower.id) ?? 0) - 1;
      open.set(follower.id, left);
      if (left === 0) ready.push(follower);
    }
  };
  const passOver = (node: Node, outcome: WalkOutcome): void => {
    onSkipped?.(node.id, outcome);
    settle(node, outcome);
  };
  const begin = (node: Node): void => {
    const run = visit(node)
      .then(
        () => settle(node, { kind: "succeeded" }),
        (error: unknown) => settle(node, { kind: "failed", error }),
      )
      .finally(() => running.delete(run));
    running.add(run);
  };

  for (;;) {
    while (ready.length > 0 && running.size < limit) {
      const node = ready.shift();
      if (node === undefined) break;
      const obstacle = obstacleOf(node, outcomes);
      if (obstacle !== undefined) passOver(node, obstacle);
      else if (signal?.aborted && node.isOwed !== true) passOver(node, { kind: "interrupted" });
      else begin(node);
    }
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (outcomes.size < nodes.length) throw new Error("walk: the graph has a cycle or an edge to a missing node");
  return outcomes;
}

function followersOf<Node extends WalkNode>(nodes: readonly Node[]): Map<number, Node[]> {
  const followers = new Map<number, Node[]>();
  for (const node of nodes) {
    for (const id of [...node.after, ...(node.afterEnd ?? [])]) {
      const known = followers.get(id);
      if (known === undefined) followers.set(id, [node]);
      else known.push(node);
    }
  }
  return followers;
}

function obstacleOf(node: WalkNode, outcomes: ReadonlyMap<number, WalkOutcome>): WalkOutcome | undefined {
  for (const id of node.after) {
    const outcome = outcomes.get(id);
    if (outcome?.kind === "failed") return { kind: "skipped", because: id };
    if (outcome?.kind === "skipped" || outcome?.kind === "interrupted") return outcome;
  }
  return undefined;
}
