import { compose } from "tscompose/testing";
import { test as base, expect } from "vitest";
import { openVisits, type Visits } from "../visits.ts";

const test = base.extend<{ visits: Visits }>({
  visits: async ({}, use) => {
    await using stack = await compose("compose.yaml", { shared: true });
    await using visits = await openVisits(stack.env);
    await use(visits);
  },
});

test("a page that nobody visited has none", async ({ visits }) => {
  expect(await visits.count("vitest-empty")).toBe(0);
});

test("every visit counts, also after the number was cached", async ({ visits }) => {
  await visits.record("vitest");
  expect(await visits.count("vitest")).toBe(1);
  await visits.record("vitest");
  expect(await visits.count("vitest")).toBe(2);
});
