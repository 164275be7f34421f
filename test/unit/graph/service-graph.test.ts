import { expect, test } from "vitest";
import { serviceGraph } from "../../../src/graph/service-graph.ts";

const on = (...names: string[]) => ({
  dependsOn: Object.fromEntries(
    names.map((name) => [name, { condition: "service_started" as const, restart: false, required: true }]),
  ),
});

test("puts dependencies before dependents, ties by name", () => {
  const graph = serviceGraph({ web: on("api", "cache"), cache: on(), api: on("db"), db: on() });
  expect(graph.order).toEqual(["db", "api", "cache", "web"]);
});

test("knows dependents near and far", () => {
  const graph = serviceGraph({ web: on("api"), api: on("db"), db: on() });
  expect(graph.directDependentsOf("db")).toEqual(["api"]);
  expect(graph.dependentsOf("db").toSorted()).toEqual(["api", "web"]);
});

test("leaves out edges to services that are not there", () => {
  expect(serviceGraph({ web: on("gone") }).order).toEqual(["web"]);
});

test("orders even a cycle, which only labels can bring", () => {
  expect(serviceGraph({ a: on("b"), b: on("a") }).order.toSorted()).toEqual(["a", "b"]);
});
