import { expect, test } from "vitest";
import type { Engine } from "../../../src/engine/engine.ts";
import { EngineError } from "../../../src/errors.ts";
import { ContainerIds } from "../../../src/execute/container-ids.ts";
import { perform, type Tools } from "../../../src/execute/perform.ts";

const removal = {
  kind: "remove-container",
  id: "c1",
  name: "web-1",
  service: "web",
  force: true,
  withVolumes: false,
} as const;

const refused = (code: "conflict" | "not-found", text: string): EngineError =>
  new EngineError({ code, doing: "removing container c1", message: `removing container c1: ${text}` });

function removing(verbs: Partial<Engine>): Promise<string | undefined> {
  const { signal } = new AbortController();
  return perform(removal, { engine: verbs, ids: new ContainerIds(), signal } as unknown as Tools);
}

test("a container that somebody else is removing is removed when that is over", async () => {
  const order: string[] = [];
  await removing({
    removeContainer: () => Promise.reject(refused("conflict", "removal of container c1 is already in progress")),
    async waitContainer(id, { until } = {}) {
      await Promise.resolve();
      order.push(`${id} ${until}`);
      return 0;
    },
  });
  order.push("done");
  expect(order).toEqual(["c1 removed", "done"]);
});

test("it may be gone before anybody can wait for that", async () => {
  const gone = removing({
    removeContainer: () => Promise.reject(refused("conflict", "removal of container c1 is already in progress")),
    waitContainer: () => Promise.reject(refused("not-found", "no such container: c1")),
  });
  await expect(gone).resolves.toBeUndefined();
});

test("a removal that somebody else began and could not finish is told", async () => {
  const stuck = removing({
    removeContainer: () => Promise.reject(refused("conflict", "removal of container c1 is already in progress")),
    waitContainer: () => Promise.reject(refused("conflict", "device or resource busy")),
  });
  await expect(stuck).rejects.toThrow("device or resource busy");
});
