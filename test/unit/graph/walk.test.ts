import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { walk, type WalkNode } from "../../../src/graph/walk.ts";

const node = (id: number, after: number[] = [], afterEnd: number[] = []): WalkNode => ({ id, after, afterEnd });
const fails = (id: number) => async (each: WalkNode) => {
  if (each.id === id) throw new Error(`broken ${id}`);
};

describe("walk", () => {
  test("starts a node when all its predecessors have succeeded", async () => {
    const visited: number[] = [];
    await walk([node(3, [1, 2]), node(1), node(2, [1])], async ({ id }) => void visited.push(id));
    expect(visited).toEqual([1, 2, 3]);
  });

  test("skips dependents of a failed node, names the first failure, finishes the rest", async () => {
    const outcomes = await walk([node(1), node(2, [1]), node(3, [2]), node(4)], fails(1));
    expect([...outcomes].toSorted(([a], [b]) => a - b).map(([id, { kind }]) => `${id} ${kind}`)).toEqual([
      "1 failed",
      "2 skipped",
      "3 skipped",
      "4 succeeded",
    ]);
    expect(outcomes.get(3)).toEqual({ kind: "skipped", because: 1 });
  });

  test("visits a node that only waits for the end of a failed one", async () => {
    const outcomes = await walk([node(1), node(2, [], [1])], fails(1));
    expect(outcomes.get(2)).toEqual({ kind: "succeeded" });
  });

  test("begins nothing new once interrupted, and lets what runs finish", async () => {
    const abort = new AbortController();
    const outcomes = await walk([node(1), node(2, [1])], async () => abort.abort(), { signal: abort.signal });
    expect(outcomes.get(1)).toEqual({ kind: "succeeded" });
    expect(outcomes.get(2)).toEqual({ kind: "interrupted" });
  });

  test("once interrupted, still visits what is owed to a node that has succeeded", async () => {
    const abort = new AbortController();
    const owed = (id: number, after: number[]): WalkNode => ({ ...node(id, after), isOwed: true });
    const nodes = [node(1), owed(2, [1]), owed(3, [2]), node(4, [3]), owed(5, [4])];
    const outcomes = await walk(nodes, async () => abort.abort(), { signal: abort.signal });
    const kinds = [1, 2, 3, 4, 5].map((id) => outcomes.get(id)?.kind);
    expect(kinds).toEqual(["succeeded", "succeeded", "succeeded", "interrupted", "interrupted"]);
  });

  test("throws on an edge that leads nowhere", async () => {
    await expect(walk([node(1, [7])], async () => {})).rejects.toThrow("cycle");
  });

  test("never runs more than the limit, never a node before its predecessors, always all", async () => {
    const graphs = fc.array(fc.array(fc.nat(29), { maxLength: 4 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 4 }), async (edges, limit) => {
        const nodes = edges.map((to, id) => node(id, id === 0 ? [] : [...new Set(to.map((each) => each % id))]));
        const done = new Set<number>();
        let running = 0;
        await walk(
          nodes,
          async ({ id, after }) => {
            running += 1;
            expect(running).toBeLessThanOrEqual(limit);
            expect(after.every((each) => done.has(each))).toBe(true);
            await Promise.resolve();
            running -= 1;
            done.add(id);
          },
          { limit },
        );
        expect(done.size).toBe(nodes.length);
      }),
    );
  });
});
