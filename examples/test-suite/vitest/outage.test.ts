import { compose } from "tscompose/testing";
import { expect, test } from "vitest";
import { openVisits } from "../visits.ts";

// A stack of its own: nobody else is to notice that the cache is lost.
test("what was counted is still known when the cache was lost", async () => {
  await using stack = await compose("compose.yaml");
  {
    await using visits = await openVisits(stack.env);
    await visits.record("outage");
    expect(await visits.count("outage")).toBe(1);
  }
  await stack.cache.exec(["redis-cli", "flushall"]);
  await stack.cache.restart();
  await using visits = await openVisits({ DB_URL: stack.db.url(), CACHE_URL: stack.cache.url() });
  expect(await visits.count("outage")).toBe(1);
});
