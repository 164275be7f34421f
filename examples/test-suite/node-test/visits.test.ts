import assert from "node:assert/strict";
import { test } from "node:test";
import { compose } from "tscompose/testing";
import { openVisits } from "../visits.ts";

test("every visit counts, also after the number was cached", async () => {
  await using stack = await compose("compose.yaml", { shared: true });
  await using visits = await openVisits(stack.env);
  await visits.record("node-test");
  assert.equal(await visits.count("node-test"), 1);
  await visits.record("node-test");
  assert.equal(await visits.count("node-test"), 2);
});
